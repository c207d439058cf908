import {
  badRequest,
  groupVersion,
  listKindOf,
  type KindDefinition,
  resourceExpired,
  statusError,
} from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import { prefixEnd, type Revision, type Store, StoreError } from "../../store/index.ts";
import type { Cacher } from "../cacher/cacher.ts";
import { inTurns } from "../turns.ts";
import { formatToken, parseToken, type Position } from "./continue.ts";
import type { ListOptions } from "./options.ts";
import { isConverted } from "../stored/custom.ts";
import { storageKey, storagePrefix, type StoredObject } from "../stored/stored.ts";
import type { Selection } from "./selection.ts";

export interface ListResult {
  readonly items: readonly StoredObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

export interface ListCall {
  readonly kind: KindDefinition;
  readonly cacher: Cacher;
  readonly store: Store;
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly clock: Clock;
}

/** Lists what a selection picks, with versions and pages as the query asks. */
export async function list(call: ListCall): Promise<ListResult> {
  const options = readOptions(call);
  if (options.position) return continued(call, options.position, options.limit);
  if (options.exact !== undefined) return listAt(call, options.exact, { start: "", limit: options.limit });
  if (isFirstPage(call, options)) return firstPage(call, options.limit);
  try {
    if (options.atLeast === undefined) await call.cacher.fresh();
    else await call.cacher.notOlderThan(options.atLeast);
  } catch (error) {
    if (!isConverted(call.kind) || call.cacher.isFilled) throw error;
    // One object that can't be converted keeps all others out of the cache; those that are asked for may be fine.
    return listAt(call, undefined, { start: "", limit: options.limit });
  }
  return fromCache(call, options.atLeast === 0 ? 0 : options.limit);
}

/** The newest objects, as many as a page has, of a kind that nobody has listed or watched yet. */
function isFirstPage({ selection, cacher }: ListCall, { atLeast, limit }: Options): boolean {
  return atLeast === undefined && limit > 0 && selection.everything && !cacher.isFilled;
}

/** Doesn't wait until a hundred thousand objects have been taken into the cache; that begins, for what comes next. */
function firstPage(call: ListCall, limit: number): Promise<ListResult> {
  // Whether it fails is the business of those who wait for it.
  call.cacher.start().catch(() => {});
  return listAt(call, undefined, { start: "", limit });
}

interface Options {
  readonly limit: number;
  readonly position: Position | undefined;
  readonly exact: Revision | undefined;
  /** undefined: consistent; 0: anything. */
  readonly atLeast: Revision | undefined;
}

function readOptions({ options, selection, kind }: ListCall): Options {
  const { limit, resourceVersion: version, resourceVersionMatch: match } = options;
  if (options.continue !== "") {
    const position = parseToken(options.continue);
    if (version !== "" && version !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    return { limit, position, exact: undefined, atLeast: undefined };
  }
  const revision = listedVersion(version);
  if (match === "Exact") return { limit, position: undefined, exact: revision, atLeast: undefined };
  // The oldest rule: with a limit, a version without a match means exactly that version; of one object there are no pages.
  const isOfOne = selection.name !== undefined && (selection.namespace !== "" || kind.scope !== "Namespaced");
  if (match === "" && limit > 0 && !isOfOne && revision !== undefined && revision > 0)
    return { limit, position: undefined, exact: revision, atLeast: undefined };
  return { limit, position: undefined, exact: undefined, atLeast: revision };
}

/** The version that a list, or the get of what the original has no cache of, asks for; 400 for text that is none. */
export function listedVersion(text: string): Revision | undefined {
  const problem = versionProblem(text);
  if (problem) throw badRequest(`invalid resource version: ${problem}`);
  return text === "" ? undefined : Number(text);
}

/** A version from a query; undefined for none. 500 for text that is none, as the original answers. */
export function parseVersion(text: string): Revision | undefined {
  const problem = versionProblem(text);
  if (problem) throw statusError({ code: 500, reason: "", message: problem });
  return text === "" ? undefined : Number(text);
}

const VERSION_MAX = 2n ** 64n - 1n;

function versionProblem(text: string): string | undefined {
  const isNumber = /^\d+$/.test(text);
  if (text === "" || (isNumber && BigInt(text) <= VERSION_MAX)) return undefined;
  const why = isNumber ? "value out of range" : "invalid syntax";
  const value = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: ${why}`;
}

async function fromCache(call: ListCall, limit: number): Promise<ListResult> {
  const { kind, cacher, selection, clock } = call;
  const revision = cacher.revision;
  const page = { revision, prefix: scopeOf(kind, selection), exactCount: selection.everything };
  if (selection.everything) {
    const items = cacher.in(selection.namespace, limit);
    const more = items.length === limit ? cacher.countIn(selection.namespace) - limit : 0;
    return { items, metadata: pageMetadata({ ...page, last: items.at(-1), more }) };
  }
  const all = candidates(kind, cacher, selection);
  const items: StoredObject[] = [];
  let more = 0;
  await inTurns(all, clock, (stored) => {
    // There is more once anything follows, picked or not.
    if (limit > 0 && items.length === limit) more = 1;
    else if (selection.picks(stored)) items.push(stored);
  });
  return { items, metadata: pageMetadata({ ...page, last: items.at(-1), more }) };
}

interface Page {
  readonly revision: Revision;
  /** Of the keys of all that the list is of. */
  readonly prefix: string;
  readonly last: StoredObject | undefined;
  readonly more: number;
  readonly exactCount: boolean;
}

function pageMetadata({ revision, prefix, last, more, exactCount }: Page): ListResult["metadata"] {
  const resourceVersion = String(revision);
  if (more === 0 || !last) return { resourceVersion };
  const token = formatToken({ revision, start: `${last.entry.key.slice(prefix.length)}\0` });
  return { resourceVersion, continue: token, ...(exactCount && { remainingItemCount: more }) };
}

/** What the keys begin with of all that may be listed. */
function scopeOf(kind: KindDefinition, { namespace }: Selection): string {
  return namespace === "" ? storagePrefix(kind) : `${storagePrefix(kind)}${namespace}/`;
}

async function listAt(
  call: ListCall,
  revision: Revision | undefined,
  { start, limit }: { start: string; limit: number },
): Promise<ListResult> {
  const { kind, selection } = call;
  const scope = scopeOf(kind, selection);
  try {
    const {
      items,
      more,
      revision: at,
    } = await scan(call, {
      start: scope + start,
      scope,
      revision,
      limit,
    });
    const page = { revision: revision ?? at, prefix: scope, last: items.at(-1), more };
    return { items, metadata: pageMetadata({ ...page, exactCount: selection.everything }) };
  } catch (error) {
    throw versionFailure(error, revision);
  }
}

/** Entries that are read at a time when a selector may leave most of them out. */
const SCAN_PAGE = 500;

interface Scan {
  readonly start: string;
  readonly scope: string;
  readonly revision: Revision | undefined;
  /** 0: all. */
  readonly limit: number;
}

interface Scanned {
  readonly items: StoredObject[];
  /** How many follow, where everything is picked; otherwise whether any do. */
  readonly more: number;
  readonly revision: Revision;
}

/** Reads what a selection picks, no more than is needed to know whether there is more than the limit. */
async function scan({ store, selection, cacher }: ListCall, call: Scan): Promise<Scanned> {
  const { start, scope, revision, limit } = call;
  const size = limit === 0 ? undefined : selection.everything ? limit : Math.max(SCAN_PAGE, limit + 1);
  const items: StoredObject[] = [];
  let at = revision;
  let next = start;
  for (;;) {
    const options = { start: next, end: prefixEnd(scope), ...(size && { limit: size }), revision: at };
    const page = await store.range(options);
    // Further pages are of the moment of the first.
    at ??= page.revision;
    for (const [index, stored] of (await cacher.opened(page.entries)).entries()) {
      if (selection.picks(stored)) items.push(stored);
      const follow = page.count - index - 1;
      if (limit > 0 && items.length === limit)
        return { items, more: selection.everything ? follow : Math.min(follow, 1), revision: at };
    }
    if (!page.more) return { items, more: 0, revision: at };
    next = `${page.entries.at(-1)!.key}\0`;
  }
}

/** The objects in the cache among which a selection picks: one, when it names it. */
export function candidates(kind: KindDefinition, cacher: Cacher, selection: Selection): readonly StoredObject[] {
  const { namespace, name } = selection;
  if (name === undefined || (kind.scope === "Namespaced" && namespace === "")) return cacher.in(namespace);
  const stored = cacher.get(storageKey(kind, namespace, name));
  return stored ? [stored] : [];
}

function versionFailure(error: unknown, revision: Revision | undefined): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.code === "compacted") return resourceExpired("The resourceVersion for the provided list is too old.");
  if (error.code !== "future") return error;
  return statusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${BigInt(revision!)}, current: ${error.message.match(/\d+$/)?.[0] ?? "unknown"}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}

async function continued(call: ListCall, position: Position, limit: number): Promise<ListResult> {
  if (position.revision < 0) return listAt(call, undefined, { start: position.start, limit });
  try {
    return await listAt(call, position.revision, { start: position.start, limit });
  } catch (error) {
    if (!(error instanceof Error) || (error as { reason?: string }).reason !== "Expired") throw error;
    const inconsistent = formatToken({ revision: -1, start: position.start });
    const message =
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
    const expired = resourceExpired(message);
    throw Object.assign(expired, { status: { ...expired.status, metadata: { continue: inconsistent } } });
  }
}

/** apiVersion and kind of the answer. */
export function listHead(kind: KindDefinition): { kind: string; apiVersion: string } {
  return { kind: listKindOf(kind), apiVersion: groupVersion(kind) };
}
