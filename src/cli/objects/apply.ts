import { answerOf, queryOf } from "../../client/index.ts";
import { type ConnectionArguments, openSession, type Session } from "./connection.ts";
import { readManifests } from "./manifests.ts";
import { type AnyObject, discover, nameOf, pathOf, type Resource, resourceOf } from "./resources.ts";

export interface ApplyArguments extends ConnectionArguments {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly forceConflicts?: boolean;
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

const MANAGER = "navarch-apply";

/** `navarch apply`: server-side apply of every object; the rest goes on when one is refused. */
export async function applyCommand(options: ApplyArguments): Promise<number> {
  const { filename = [], recursive = false } = options;
  if (filename.length === 0) throw new Error("apply: wanted -f FILE, -f DIRECTORY or -f -");
  const objects = await readManifests(filename, recursive);
  await using session = openSession(options);
  let resources = await discover(session.client);
  let code = 0;
  for (const object of objects) {
    try {
      let resource = tryResource(resources, object);
      if (!resource) {
        // An earlier object may have defined it.
        resources = await discover(session.client);
        resource = resourceOf(resources, object);
      }
      process.stdout.write(await applyOne(session, resource, object, options));
    } catch (error) {
      code = 1;
      process.stderr.write(`${describe(object)}: ${(error as Error).message}\n`);
    }
  }
  return code;
}

function tryResource(resources: readonly Resource[], object: AnyObject): Resource | undefined {
  try {
    return resourceOf(resources, object);
  } catch {
    return undefined;
  }
}

function describe({ kind, metadata }: AnyObject): string {
  return `apply ${kind.toLowerCase()}/${metadata?.name ?? ""}`;
}

async function applyOne(
  session: Session,
  resource: Resource,
  object: AnyObject,
  options: ApplyArguments,
): Promise<string> {
  const name = object.metadata?.name;
  if (!name) throw new Error("it has no name");
  const namespace = namespaceOf(session, resource, object, options);
  const path = pathOf(resource, namespace, name);
  const before = await versionOf(session, path);
  const response = await session.client.raw({
    method: "PATCH",
    path,
    query: queryOf({
      fieldManager: options.fieldManager ?? MANAGER,
      fieldValidation: "Strict",
      force: options.forceConflicts ? true : undefined,
      dryRun: options.dryRun ? "All" : undefined,
    }),
    headers: { "content-type": "application/apply-patch+yaml" },
    body: { type: "bytes", bytes: new TextEncoder().encode(JSON.stringify(object)) },
  });
  for (const warning of warningsOf(response.headers.warning)) process.stderr.write(`Warning: ${warning}\n`);
  const applied = (await answerOf(response)) as AnyObject;
  const word =
    before === undefined ? "created" : before === applied.metadata.resourceVersion ? "unchanged" : "configured";
  return `${nameOf(resource, name)} ${word}${options.dryRun ? " (server dry run)" : ""}\n`;
}

function namespaceOf(session: Session, { scope }: Resource, object: AnyObject, options: ApplyArguments) {
  if (scope === "Cluster") return undefined;
  const own = object.metadata.namespace;
  if (own && options.namespace && own !== options.namespace)
    throw new Error(
      `the namespace from the provided object "${own}" does not match the namespace "${options.namespace}"`,
    );
  return own || session.namespace;
}

/** The resourceVersion of what is there; undefined when nothing is. */
async function versionOf({ client }: Session, path: string): Promise<string | undefined> {
  const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  const response = await client.raw({ path, headers: { accept } });
  if (response.status === 404) {
    await answerOf(response).catch(() => {});
    return undefined;
  }
  return ((await answerOf(response)) as AnyObject).metadata.resourceVersion;
}

function warningsOf(header: string | readonly string[] | undefined): string[] {
  return [
    ...[header ?? []]
      .flat()
      .join(", ")
      .matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g),
  ].map((match) => match[1]!.replace(/\\(.)/g, "$1"));
}
