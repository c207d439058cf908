import { humanDuration } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";
import { queryOf } from "../../client/index.ts";
import { ask, type ConnectionArguments, openSession, type Session } from "./connection.ts";
import { type AnyObject, discover, parseTargets, pathOf, type Resource } from "./resources.ts";
import { Columns } from "./table.ts";

export interface DescribeArguments extends ConnectionArguments {
  readonly selector?: string;
  readonly allNamespaces?: boolean;
}

interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly metadata: { readonly creationTimestamp: string };
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
}

/** `navarch describe`: an object's fields and its events, for people. */
export async function describeCommand(words: readonly string[], options: DescribeArguments): Promise<number> {
  await using session = openSession(options);
  const texts: string[] = [];
  for (const { resource, names } of parseTargets(await discover(session.client), words)) {
    for (const object of await objectsOf(session, resource, names, options)) {
      const events = await eventsOf(session, object);
      texts.push(describeObject({ ...object, kind: resource.kind }) + describeEvents(events, session.clock.now()));
    }
  }
  if (texts.length === 0) process.stderr.write(`No resources found in ${session.namespace} namespace.\n`);
  process.stdout.write(texts.join("\n\n"));
  return 0;
}

async function objectsOf(
  session: Session,
  resource: Resource,
  names: readonly string[],
  { selector, allNamespaces }: DescribeArguments,
): Promise<readonly AnyObject[]> {
  const namespace = allNamespaces ? undefined : session.namespace;
  if (names.length > 0)
    return Promise.all(names.map((name) => ask<AnyObject>(session, pathOf(resource, namespace, name))));
  const query = queryOf({ labelSelector: selector });
  const { items } = await ask<{ items: readonly AnyObject[] | null }>(session, pathOf(resource, namespace), query);
  return items ?? [];
}

async function eventsOf(session: Session, { metadata }: AnyObject): Promise<readonly Event[]> {
  const namespace = metadata.namespace || "default";
  const query = queryOf({ fieldSelector: `involvedObject.name=${metadata.name},involvedObject.uid=${metadata.uid}` });
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  return (await ask<{ items: readonly Event[] | null }>(session, path, query)).items ?? [];
}

/** Fields that say nothing to people. */
const LEFT_OUT = new Set(["managedFields", "uid", "resourceVersion", "generation", "selfLink", "generateName"]);

/** An object as indented lines: what it is called first, then its fields in their order. */
export function describeObject({ apiVersion: _, kind, metadata, ...rest }: AnyObject): string {
  const { name, namespace, labels, annotations, ...more } = metadata;
  const head = {
    Name: name,
    ...(namespace && { Namespace: namespace }),
    Kind: kind,
    Labels: pairs(labels),
    Annotations: pairs(annotations),
  };
  const meta = Object.fromEntries(Object.entries(more).filter(([key]) => !LEFT_OUT.has(key)));
  return linesOf({ ...head, ...meta, ...rest }, 0);
}

function pairs(map: Readonly<Record<string, string>> | undefined): unknown {
  const entries = Object.entries(map ?? {}).map(([key, value]) => `${key}=${value}`);
  return entries.length > 0 ? entries : "<none>";
}

function linesOf(object: Readonly<Record<string, unknown>>, depth: number): string {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined && value !== null);
  const indent = "  ".repeat(depth);
  const width = Math.max(0, ...entries.filter(([, value]) => isPlain(value)).map(([key]) => words(key).length + 1));
  return entries
    .map(([key, value]) => field(`${indent}${words(key)}:`, value, { depth, width: width + indent.length }))
    .join("");
}

function field(label: string, value: unknown, at: { readonly depth: number; readonly width: number }): string {
  const deeper = at.depth + 1;
  if (isPlain(value)) {
    const lines = String(value).split("\n");
    if (lines.length === 1) return `${label.padEnd(at.width)}  ${value}\n`;
    return `${label}\n${lines.map((line) => `${"  ".repeat(deeper)}${line}\n`).join("")}`;
  }
  if (!Array.isArray(value)) {
    const text = linesOf(value as Record<string, unknown>, deeper);
    return text === "" ? `${label.padEnd(at.width)}  <none>\n` : `${label}\n${text}`;
  }
  if (value.length === 0) return `${label.padEnd(at.width)}  <none>\n`;
  const items = value.map((item) =>
    isPlain(item)
      ? `${"  ".repeat(deeper)}${item}\n`
      : // The first line of an item carries its dash.
        linesOf(item as Record<string, unknown>, deeper + 1).replace(
          /^ {2}( *)/,
          (_, rest: string) => `${rest.slice(2)}  - `,
        ),
  );
  return `${label}\n${items.join("")}`;
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** containerStatuses -> Container Statuses; keys that aren't field names stay as they are. */
function words(key: string): string {
  if (!/^[a-zA-Z]+$/.test(key)) return key;
  const spaced = key.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function describeEvents(events: readonly Event[], nowMs: number): string {
  if (events.length === 0) return "Events:  <none>\n";
  const time = (event: Event) => parseTime(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
  const rows = [...events]
    .sort((a, b) => time(a) - time(b))
    .map((event) => [
      `  ${event.type ?? ""}`,
      event.reason ?? "",
      `${humanDuration(nowMs - time(event))}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ""}`,
      event.source?.component || event.reportingComponent || "",
      (event.message ?? "").trim().replaceAll("\n", " "),
    ]);
  return `Events:\n${new Columns().render([["  Type", "Reason", "Age", "From", "Message"], ...rows])}`;
}
