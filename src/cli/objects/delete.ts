import { own } from "../../base/index.ts";
import { answerOf, queryOf } from "../../client/index.ts";
import { ask, type ConnectionArguments, openSession, type Session } from "./connection.ts";
import { readManifests } from "./manifests.ts";
import { type AnyObject, discover, parseTargets, pathOf, type Resource, resourceOf, typeName } from "./resources.ts";

export interface DeleteArguments extends ConnectionArguments {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly selector?: string;
  readonly all?: boolean;
  readonly gracePeriod?: string;
  readonly cascade?: string;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly ignoreNotFound?: boolean;
}

interface Doomed {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
}

const POLL_MS = 100;
const POLICIES: Readonly<Record<string, string>> = {
  background: "Background",
  foreground: "Foreground",
  orphan: "Orphan",
};

/** `navarch delete`: objects by name, by selector or of files; waits until they are gone. */
export async function deleteCommand(words: readonly string[], options: DeleteArguments): Promise<number> {
  const { cascade = "background" } = options;
  if (!Object.hasOwn(POLICIES, cascade))
    throw new Error(`read --cascade: got ${JSON.stringify(cascade)}, wanted ${Object.keys(POLICIES).join(", ")}`);
  await using session = openSession(options);
  let code = 0;
  const gone: { doomed: Doomed; uid: string | undefined }[] = [];
  for (const doomed of await doomedOf(session, words, options)) {
    try {
      gone.push({ doomed, uid: await deleteOne(session, doomed, { ...options, cascade }) });
      const where = doomed.namespace === undefined ? "" : ` from ${doomed.namespace} namespace`;
      process.stdout.write(`${typeName(doomed.resource)} "${doomed.name}" deleted${where}\n`);
    } catch (error) {
      if (options.ignoreNotFound && (error as { code?: unknown }).code === 404) continue;
      code = 1;
      process.stderr.write(
        `Error from server (${(error as { reason?: string }).reason ?? "Unknown"}): ${(error as Error).message}\n`,
      );
    }
  }
  if (options.wait === false) return code;
  const untilMs = session.clock.monotonicMs() + seconds(options.timeout) * 1000;
  for (const { doomed, uid } of gone) await untilGone(session, doomed, uid, untilMs);
  return code;
}

function seconds(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  if (!match) throw new Error(`read --timeout: got ${JSON.stringify(text)}, wanted a duration such as 30s`);
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[(match[2] ?? "s") as "s" | "m" | "h"];
}

async function doomedOf(
  session: Session,
  words: readonly string[],
  options: DeleteArguments,
): Promise<readonly Doomed[]> {
  const resources = await discover(session.client);
  const place = ({ scope }: Resource, namespace: string) => (scope === "Namespaced" ? namespace : undefined);
  if (options.filename?.length) {
    const objects = await readManifests(options.filename, options.recursive ?? false);
    return objects.map((object) => {
      const resource = resourceOf(resources, object);
      const { namespace, name } = object.metadata;
      return { resource, namespace: place(resource, namespace || session.namespace), name };
    });
  }
  const found: Doomed[] = [];
  for (const { resource, names } of parseTargets(resources, words)) {
    const namespace = place(resource, session.namespace);
    if (names.length === 0 && !options.all && options.selector === undefined)
      throw new Error("delete: wanted names, a selector (-l) or --all");
    const chosen = names.length > 0 ? names : await namesIn(session, resource, namespace, options.selector);
    found.push(...chosen.map((name) => ({ resource, namespace, name })));
  }
  return found;
}

async function namesIn(session: Session, resource: Resource, namespace: string | undefined, labelSelector?: string) {
  const query = queryOf({ labelSelector });
  const { items } = await ask<{ items: readonly AnyObject[] | null }>(session, pathOf(resource, namespace), query);
  return (items ?? []).map(({ metadata }) => metadata.name);
}

/** Deletes an object; its uid. */
async function deleteOne(
  { client }: Session,
  { resource, namespace, name }: Doomed,
  { gracePeriod, cascade }: DeleteArguments & { readonly cascade: string },
): Promise<string | undefined> {
  const body = {
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy: own(POLICIES, cascade),
    ...(gracePeriod !== undefined && { gracePeriodSeconds: Number(gracePeriod) }),
  };
  const response = await client.raw({
    method: "DELETE",
    path: pathOf(resource, namespace, name),
    headers: { "content-type": "application/json" },
    body: { type: "bytes", bytes: new TextEncoder().encode(JSON.stringify(body)) },
  });
  const answer = (await answerOf(response)) as AnyObject & { readonly details?: { readonly uid?: string } };
  return answer.kind === "Status" ? answer.details?.uid : answer.metadata.uid;
}

/** Waits until the object is gone, or another has its name. */
async function untilGone(
  session: Session,
  { resource, namespace, name }: Doomed,
  uid: string | undefined,
  untilMs: number,
): Promise<void> {
  const { client, clock } = session;
  for (;;) {
    const response = await client.raw({ path: pathOf(resource, namespace, name) });
    const found = (await answerOf(response).catch((error) => {
      if (error.code !== 404) throw error;
    })) as AnyObject | undefined;
    if (!found || (uid !== undefined && found.metadata.uid !== uid)) return;
    if (clock.monotonicMs() > untilMs) throw new Error(`timed out waiting for ${typeName(resource)} "${name}" to go`);
    await clock.sleep(POLL_MS);
  }
}
