import { answerOf, queryOf } from "../client/index.ts";
import { ask, type ConnectionArguments, openSession, type Session } from "./objects/connection.ts";
import { type AnyObject, discover, findResources, pathOf, type Resource } from "./objects/resources.ts";

const COMPACT_PATH = "/navarch/compact";
const PAGE_OBJECTS = 500;
/** Writes that are under way at a time. */
const WRITES_MAX = 16;
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const [CONFLICT, NOT_FOUND, GONE] = [409, 404, 410];
/** How often a write is tried again that others were faster than. */
const ATTEMPTS_MAX = 5;

interface Page {
  readonly items: readonly AnyObject[] | null;
  readonly metadata: { readonly continue?: string };
}

interface Count {
  objects: number;
  /** Those that were stored otherwise and have been written. */
  written: number;
  failed: number;
}

/**
 * `navarch storage rewrite`: updates objects without changing them. The server stores anew what it would write otherwise than
 * it lies there, with an older key or in an older form, and leaves the rest alone.
 */
export async function rewriteCommand(words: readonly string[], options: ConnectionArguments): Promise<number> {
  await using session = openSession(options);
  const all = await discover(session.client);
  const named = words.flatMap((word) => word.split(",")).flatMap((word) => findResources(all, word));
  const resources = words.length > 0 ? named : oneOfEach(all);
  const total: Count = { objects: 0, written: 0, failed: 0 };
  for (const resource of resources.filter(isStored)) {
    const count = await rewrite(session, resource);
    const name = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
    if (count.objects > 0 || words.length > 0) process.stdout.write(`${name}: ${sentence(count)}\n`);
    for (const key of ["objects", "written", "failed"] as const) total[key] += count[key];
  }
  if (resources.length !== 1) process.stdout.write(`all: ${sentence(total)}\n`);
  return total.failed > 0 ? 1 : 0;
}

function sentence({ objects, written, failed }: Count): string {
  const said = `${written} of ${objects} objects written anew`;
  return failed > 0 ? `${said}, ${failed} could not be` : said;
}

const isStored = ({ verbs }: Resource) => verbs.includes("list") && verbs.includes("patch");

/** A resource is stored once, however many versions show it; the first one is the one that the server prefers. */
function oneOfEach(all: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return all.filter(({ group, plural }) => {
    const name = `${plural}.${group}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

async function rewrite(session: Session, resource: Resource): Promise<Count> {
  const count: Count = { objects: 0, written: 0, failed: 0 };
  // Lists of one revision may end in the middle, when history is compacted: what was seen needn't be seen again.
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page = await pageFrom(session, resource, next);
    const fresh = (page.items ?? []).filter(({ metadata: { uid } }) => !seen.has(uid!));
    for (const { metadata } of fresh) seen.add(metadata.uid!);
    for (let at = 0; at < fresh.length; at += WRITES_MAX)
      await Promise.all(
        fresh.slice(at, at + WRITES_MAX).map((object) => rewriteOne(session, { resource, object, count })),
      );
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
  return count;
}

async function pageFrom(session: Session, resource: Resource, next: string | undefined): Promise<Page> {
  const path = pathOf(resource, undefined);
  const page = (from: string | undefined) =>
    ask<Page>(session, path, queryOf({ limit: PAGE_OBJECTS, continue: from }), METADATA_LIST);
  try {
    return await page(next);
  } catch (error) {
    if ((error as { code?: unknown }).code !== GONE || next === undefined) throw error;
    return page(undefined);
  }
}

async function rewriteOne(
  session: Session,
  { resource, object, count }: { readonly resource: Resource; readonly object: AnyObject; readonly count: Count },
): Promise<void> {
  const { name, namespace, resourceVersion } = object.metadata;
  count.objects++;
  for (let attempt = 1; ; attempt++) {
    try {
      const { metadata } = await touch(session, pathOf(resource, namespace, name));
      if (metadata.resourceVersion !== resourceVersion) count.written++;
      return;
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string };
      // It has been deleted meanwhile.
      if (code === NOT_FOUND) return;
      if (code === CONFLICT && attempt < ATTEMPTS_MAX) continue;
      if (typeof code !== "number") throw error;
      count.failed++;
      process.stderr.write(`${resource.plural} ${namespace ? `${namespace}/` : ""}${name}: ${message}\n`);
      return;
    }
  }
}

/** An update that changes nothing. */
async function touch(session: Session, path: string): Promise<AnyObject> {
  const response = await session.client.raw({
    method: "PATCH",
    path,
    headers: { accept: "application/json", "content-type": "application/merge-patch+json" },
    body: { type: "bytes", bytes: new TextEncoder().encode("{}") },
  });
  return (await answerOf(response)) as AnyObject;
}

/** `navarch storage compact`: only what is stored now stays, in memory and on disk. */
export async function compactCommand(options: ConnectionArguments): Promise<number> {
  await using session = openSession(options);
  const response = await session.client.raw({ method: "POST", path: COMPACT_PATH });
  const { resourceVersion } = (await answerOf(response)) as { readonly resourceVersion: string };
  process.stdout.write(`compacted to resourceVersion ${resourceVersion}\n`);
  return 0;
}
