import { jsonEqual } from "../../base/index.ts";
import type { StructNode } from "../dsl.ts";
import {
  type Comparison,
  compareValues,
  covers,
  emptySet,
  fieldsAt,
  type FieldSet,
  intersection,
  isEmptySet,
  KeylessError,
  minus,
  outside,
  pathsOf,
  pathText,
  isFieldsV1,
  setFromFieldsV1,
  setOf,
  setToFieldsV1,
  type Shape,
  touches,
  union,
} from "./field-set.ts";
import { mergeValue } from "./apply-merge.ts";
import { prune } from "./apply-prune.ts";
import { goJson } from "../json/go-json.ts";
import { ApplyTypeError, checkTyped, keylessProblem, typedProblem } from "../typed.ts";

type Json = Record<string, unknown>;

/** One entry of metadata.managedFields. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: "FieldsV1";
  readonly fieldsV1: Json;
  readonly subresource?: string;
}

interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  time: string | undefined;
  set: FieldSet;
}

/** Who makes a change, and when. */
export interface ManagedWrite {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339. */
  readonly now: string;
}

/** How objects look in the version in which a manager wrote. */
export interface VersionView {
  readonly struct: StructNode;
  /** Absent when that version has the same shape. */
  readonly convert?: (object: Json) => Json;
  /** The way back. */
  readonly back?: (object: Json) => Json;
}

/** The version of a manager, by its apiVersion; undefined when it no longer exists: then so does the manager. */
export type VersionLookup = (apiVersion: string) => VersionView | undefined;

/** Fields that belong to the server. */
const SERVER_FIELDS = [
  "apiVersion",
  "kind",
  "metadata",
  "metadata.name",
  "metadata.namespace",
  "metadata.creationTimestamp",
  "metadata.selfLink",
  "metadata.uid",
  "metadata.clusterName",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.resourceVersion",
];

const SERVER_SET = fieldsAt(SERVER_FIELDS);
const NOTHING = emptySet();

/** Whether what a client gives as managedFields can be read; otherwise nothing is changed by it. */
export function areManagers(entries: readonly Json[]): boolean {
  return managersProblem(entries) === undefined;
}

/** What keeps managedFields from being read. */
export function managersProblem(entries: readonly Json[]): string | undefined {
  for (const [index, { operation, apiVersion, fieldsType, fieldsV1 }] of entries.entries()) {
    if (operation !== "Apply" && operation !== "Update") return "operation must be `Apply` or `Update`";
    if (!apiVersion) return "apiVersion must not be empty";
    if (!fieldsType) return `missing fieldsType in managed fields entry ${index}`;
    if (fieldsType !== "FieldsV1")
      return `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`;
    if (fieldsV1 !== undefined && !isFieldsV1(fieldsV1)) return `error decoding versioned set of entry ${index}`;
  }
  return undefined;
}

function readManagers(object: Json): Manager[] {
  const { managedFields } = object.metadata as Json;
  return distinctManagers((managedFields ?? []) as ManagerEntry[]).map(
    ({ manager, operation, apiVersion, time, subresource = "", fieldsV1 }) => ({
      manager,
      operation,
      apiVersion,
      time,
      subresource,
      set: setFromFieldsV1(fieldsV1 ?? {}),
    }),
  );
}

/** Of several entries of one manager the last one counts. */
export function distinctManagers(entries: readonly ManagerEntry[]): readonly ManagerEntry[] {
  return entries.length < 2 ? entries : [...new Map(entries.map((entry) => [identityOf(entry), entry])).values()];
}

function writeManagers(managers: readonly Manager[]): ManagerEntry[] {
  const kept = managers
    .filter(({ set }) => !isEmptySet(set))
    .map(
      ({ manager, operation, apiVersion, time, set, subresource }): ManagerEntry => ({
        manager,
        operation,
        apiVersion,
        ...(time !== undefined && { time }),
        fieldsType: "FieldsV1",
        fieldsV1: setToFieldsV1(set),
        ...(subresource && { subresource }),
      }),
    );
  return orderedManagers(kept);
}

/** Entries as they are written: who applies first, then by time and name. */
export function orderedManagers(entries: readonly ManagerEntry[]): ManagerEntry[] {
  const order = ({ operation, time = "", manager, apiVersion, subresource = "" }: ManagerEntry) =>
    [operation === "Apply" ? 0 : 1, time, manager, apiVersion, subresource].join("\u0000");
  return [...entries].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Who applies is the same whatever version they speak; who updates in another version is another manager. */
function isSame(a: Manager, operation: string, { manager, apiVersion, subresource }: ManagedWrite): boolean {
  const isTheirs = a.operation === operation && a.manager === manager && a.subresource === subresource;
  return isTheirs && (operation === "Apply" || a.apiVersion === apiVersion);
}

/** The shape of a whole object. */
export function objectShape(struct: StructNode): Shape {
  return { merge: "struct", node: struct };
}

function withoutManagers(object: Json): Json {
  const { managedFields: _, ...metadata } = object.metadata as Json;
  return { ...object, metadata };
}

/** The same for who only looks: what is undefined counts as not there, and leaving a field out of a copy takes ten times as long. */
function hidingManagers(object: Json): Json {
  return { ...object, metadata: { ...(object.metadata as Json), managedFields: undefined } };
}

/** Update managers of one kind that are kept apart; older ones are merged into one. */
const UPDATE_MANAGERS_MAX = 10;

export interface ManagedUpdate {
  readonly struct: StructNode;
  readonly before: Json;
  readonly after: Json;
  readonly write: ManagedWrite;
  readonly versions: VersionLookup;
  /** What the write does not set, whatever it says of it: it manages none of that. */
  readonly ignored?: FieldSet;
}

/** Whether an object has nothing but what its type has, but for elements that are there more than once. */
export function isOfType(struct: StructNode, object: unknown): boolean {
  return typedProblem(objectShape(struct), object) === undefined;
}

/** Raised when an object can't be told in the version of a manager. */
export class ViewError extends Error {
  override readonly name = "ViewError";
}

/** What a conversion makes of an object; {@link ViewError} says of which, when it isn't what its version says. */
function converted(what: string, convert: () => Json): Json {
  try {
    return convert();
  } catch (cause) {
    if (!(cause instanceof ApplyTypeError)) throw cause;
    throw new ViewError(`${what}${cause.message}`, { cause });
  }
}

/** Checks that an object has nothing but what its type has; throws with all problems. */
export function checkObject(struct: StructNode, object: unknown): void {
  checkTyped(objectShape(struct), object);
}

/** Compares two objects in the version of any manager, in each shape at most once; undefined for versions that are gone. */
function comparison(
  struct: StructNode,
  before: Json,
  after: Json,
): (view: VersionView | undefined) => Comparison | undefined {
  const done = new Map<StructNode, Comparison>();
  return (view) => {
    if (!view) return undefined;
    const shape = view.convert ? view.struct : struct;
    let found = done.get(shape);
    if (!found) {
      const inView = (object: Json) =>
        hidingManagers(converted("failed to convert new object: ", () => view.convert?.(object) ?? object));
      found = compareValues(objectShape(shape), inView(before), inView(after));
      done.set(shape, found);
    }
    return found;
  };
}

/** managedFields after a write that was no apply: what it changed is the writer's, what it removed is nobody's. */
export function managedAfterUpdate(update: ManagedUpdate): ManagerEntry[] {
  const { struct, before, after } = update;
  // Who has no managers once does not get any, until someone applies.
  const isUntracked = (before.metadata as Json).uid !== undefined && !(after.metadata as Json).managedFields;
  if (isUntracked) return [];
  const compare = comparison(struct, before, after);
  try {
    return maybeRenewed(update, compare) ?? workedOut(update, compare);
  } catch (error) {
    // The original gives up on an object of which it can't say who manages what, until someone applies.
    if (error instanceof KeylessError) return [];
    throw error;
  }
}

/** The same, always by working out everybody's fields anew. */
export function managedAfterUpdatePlainly(update: ManagedUpdate): ManagerEntry[] {
  return workedOut(update, comparison(update.struct, update.before, update.after));
}

type Compare = ReturnType<typeof comparison>;

/** Whether two entries are of one manager. */
function isTwin(one: ManagerEntry, other: ManagerEntry): boolean {
  const isOne = one.manager === other.manager && one.operation === other.operation;
  if (!isOne || (one.subresource ?? "") !== (other.subresource ?? "")) return false;
  return one.operation === "Apply" || one.apiVersion === other.apiVersion;
}

/**
 * The entries where a write changes none of them but the time of the writer's own, as when something is renewed again and
 * again. The entries must be those that were stored: what a client sends is always worked out.
 */
function maybeRenewed(update: ManagedUpdate, compare: Compare): ManagerEntry[] | undefined {
  const { struct, before, after, write, versions, ignored = NOTHING } = update;
  const entries = (after.metadata as Json).managedFields as readonly ManagerEntry[] | undefined;
  if (!entries || entries !== (before.metadata as Json).managedFields || entries.length > UPDATE_MANAGERS_MAX)
    return undefined;
  if (entries.some((one, index) => entries.some((other, at) => at > index && isTwin(one, other)))) return undefined;
  const views = entries.map(({ apiVersion }) => versions(apiVersion));
  if (views.some((view) => !view || view.convert) || versions(write.apiVersion)?.convert) return undefined;
  const { changed, removed } = compare({ struct })!;
  const own = minus(outside(changed, ignored), SERVER_SET);
  const isMine = ({ manager, operation, apiVersion, subresource = "" }: ManagerEntry) =>
    operation === "Update" &&
    manager === write.manager &&
    apiVersion === write.apiVersion &&
    subresource === write.subresource;
  let mine: ManagerEntry | undefined;
  for (const entry of entries) {
    const { fieldsV1 } = entry;
    if (!fieldsV1 || touches(fieldsV1, removed)) return undefined;
    if (!mine && isMine(entry)) {
      if (entry.time === undefined || !covers(fieldsV1, own)) return undefined;
      mine = entry;
    } else if (touches(fieldsV1, changed)) return undefined;
  }
  if (isEmptySet(own)) return [...entries];
  return mine && orderedManagers(entries.map((entry) => (entry === mine ? { ...entry, time: write.now } : entry)));
}

function workedOut(
  { after, struct, write, versions, ignored = NOTHING }: ManagedUpdate,
  compare: Compare,
): ManagerEntry[] {
  const all = readManagers(after);
  const managers = all.filter(({ apiVersion }) => versions(apiVersion) !== undefined);
  // The original gives up on an object of a custom kind that somebody has written in a version that is gone.
  if (struct.options.custom && managers.length < all.length) return [];
  for (const one of managers) {
    if (isSame(one, "Update", write)) continue;
    const { changed, removed } = compare(versions(one.apiVersion))!;
    one.set = minus(one.set, outside(union(changed, removed), ignored));
  }
  const { changed, removed } = compare(versions(write.apiVersion) ?? { struct })!;
  const own = minus(outside(changed, ignored), SERVER_SET);
  const mine = managers.find((one) => isSame(one, "Update", write));
  if (mine) mine.set = union(minus(mine.set, removed), own);
  if (!isEmptySet(own)) {
    if (mine) mine.time = write.now;
    else managers.push({ ...write, operation: "Update", time: write.now, set: own });
  }
  return writeManagers(capped(managers));
}

function capped(managers: Manager[]): Manager[] {
  const updates = managers.filter(
    (one) => one.operation === "Update" && one.subresource === "" && !isEmptySet(one.set),
  );
  if (updates.length <= UPDATE_MANAGERS_MAX) return managers;
  const oldest = updates
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1))
    .slice(0, updates.length - UPDATE_MANAGERS_MAX + 1);
  const merged: Manager = {
    ...oldest.at(-1)!,
    manager: "ancient-changes",
    set: oldest.reduce((set, one) => union(set, one.set), emptySet()),
  };
  return [...managers.filter((one) => !oldest.includes(one)), merged];
}

/** A field that another manager owns with another value. */
export interface ApplyConflict {
  readonly field: string;
  /** conflict with "x" using v1 */
  readonly message: string;
  /** Who, as a text that tells managers apart and orders them. */
  readonly manager: string;
}

/** Raised when an apply would take fields over without being told to. */
export class ApplyConflictError extends Error {
  override readonly name = "ApplyConflictError";
  readonly conflicts: readonly ApplyConflict[];

  constructor(conflicts: readonly ApplyConflict[]) {
    super(conflictText(conflicts));
    this.conflicts = conflicts;
  }
}

function conflictText(conflicts: readonly ApplyConflict[]): string {
  const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
  const managers = [...Map.groupBy(conflicts, ({ manager }) => manager)].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = managers.map(([, [first, ...rest]]) =>
    conflicts.length === 1
      ? `${first!.message}: ${first!.field}`
      : [
          `${first!.message.replace(/^conflict /, "conflicts ")}:`,
          ...[first!, ...rest].map(({ field }) => `- ${field}`),
        ].join("\n"),
  );
  return `Apply failed with ${count}: ${parts.join("\n")}`;
}

export interface ApplyInput {
  readonly struct: StructNode;
  /** The object as it is, canonical; absent when the apply makes it. */
  readonly live: Json | undefined;
  /** What the manager wants, as it was sent. */
  readonly config: Json;
  readonly write: ManagedWrite;
  /** From the version of `live` and `config` to that of another manager. */
  readonly versions: VersionLookup;
  /** An object of the kind of which nothing is said. */
  readonly blank: Json;
  /** What this path doesn't change: what is said of it isn't managed. */
  readonly ignored: FieldSet;
  readonly force: boolean;
}

/** Server-side apply: the merged object, with managedFields. A {@link KeylessError} says what is wrong with the live one. */
export function applyConfig(input: ApplyInput): Json {
  const { struct, live, config, write, versions, ignored, force } = input;
  const shape = objectShape(struct);
  const base: Json = live ?? { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  // Who managed what is there before anybody applied is worked out before what is applied is looked at.
  if (live && !(live.metadata as Json).managedFields) checkLive(struct, live);
  checkTyped(shape, config);
  if (live) checkLive(struct, live);
  // The first thing is to tell the object in everybody's version.
  if (live)
    for (const { apiVersion } of readManagers(base))
      converted("", () => versions(apiVersion)?.convert?.(withoutManagers(base)) ?? base);
  const all = managersBefore(input, base);
  const managers = all.filter(({ apiVersion }) => versions(apiVersion) !== undefined);
  const wanted = setOf(shape, config);
  const set = minus(outside(wanted, ignored), SERVER_SET);
  const mine = managers.find((one) => isSame(one, "Apply", write));
  const others = managers.filter((one) => one !== mine);
  const before = withoutManagers(base);
  const merged = mergeValue(shape, before, config) as Json;
  const view = mine && versions(mine.apiVersion);
  // What was applied in a version of another shape is told apart from what still is in that one, which has to lead back.
  const last = !view?.convert || view.back ? mine?.set : undefined;
  const pruned = (of: FieldSet) => {
    const owned = others.reduce((all, one) => union(all, one.set), wanted);
    if (!view?.convert) return prune(shape, merged, { last: of, owned });
    const failed = "failed to prune fields: failed to convert merged object to last applied version: ";
    const seen = withoutManagers(converted(failed, () => view.convert!(merged)));
    const kept = prune(objectShape(view.struct), seen, { last: of, owned }) as Json;
    // What one version tells the parts of, the other may hold as a whole: without its parts that would be left empty.
    const back = converted("failed to prune fields: ", () => view.back?.(kept) ?? kept);
    return mergeValue(shape, back, config);
  };
  const result = (last ? pruned(last) : merged) as Json;
  const forced = force ? undefined : formerConfig({ shape, base, write });
  const compare = comparison(struct, before, result);
  const changesFor = (apiVersion: string) => compare(versions(apiVersion))!;
  resolveConflicts({ others, changesFor, ignored, force, forced });
  // Who only joins what is there already has never written: its entry bears no time, unless it did in a version that is gone.
  const time = jsonEqual(before, result) ? all.find((one) => isSame(one, "Apply", write))?.time : write.now;
  const entry: Manager = { ...write, operation: "Apply", time, set };
  (result.metadata as Json).managedFields = writeManagers([...others, entry]);
  return result;
}

/** What is stored of a custom kind needn't be of its type any more. */
function checkLive(struct: StructNode, live: Json): void {
  const shape = objectShape(struct);
  const problem = struct.options.custom ? typedProblem(shape, live) : keylessProblem(shape, live);
  if (problem !== undefined) throw new KeylessError(problem);
}

/** Manager of what an object without managers had when it was first applied. */
const BEFORE_FIRST_APPLY = "before-first-apply";

function managersBefore({ struct, live, blank, write, ignored }: ApplyInput, base: Json): Manager[] {
  const managers = readManagers(base);
  if (managers.length > 0 || !live) return managers;
  const { changed } = compareValues(objectShape(struct), withoutManagers(blank), withoutManagers(live));
  const { apiVersion, now, subresource } = write;
  const set = minus(outside(changed, ignored), SERVER_SET);
  return [{ manager: BEFORE_FIRST_APPLY, operation: "Update", apiVersion, subresource, time: now, set }];
}

const KUBECTL = "kubectl";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * What kubectl applied before it did so on the server, as far as it still stands: kubectl may take it over from whoever
 * has it. undefined for everyone else.
 */
function formerConfig({ shape, base, write }: { shape: Shape; base: Json; write: ManagedWrite }): FieldSet | undefined {
  if (write.manager !== KUBECTL) return undefined;
  const text = ((base.metadata as Json).annotations as Json | undefined)?.[LAST_APPLIED];
  if (typeof text !== "string") return undefined;
  let former: unknown;
  try {
    former = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { changed, removed } = compareValues(shape, former, withoutManagers(base));
  return minus(setOf(shape, former), union(changed, removed));
}

interface Claim {
  readonly others: readonly Manager[];
  /** What the apply changes, as a version says it. */
  readonly changesFor: (apiVersion: string) => Comparison;
  readonly ignored: FieldSet;
  readonly force: boolean;
  /** May be taken without force. */
  readonly forced: FieldSet | undefined;
}

/** Takes the fields that the apply changes from the others who have them; throws when there are any and it wasn't told to. */
function resolveConflicts({ others, changesFor, ignored, force, forced }: Claim): void {
  const conflicts: ApplyConflict[] = [];
  const left = new Map<Manager, FieldSet>();
  for (const one of others) {
    const { changed, removed } = changesFor(one.apiVersion);
    const both = intersection(one.set, outside(changed, ignored));
    left.set(one, minus(minus(one.set, both), outside(removed, ignored)));
    for (const path of pathsOf(forced ? minus(both, forced) : both)) conflicts.push(conflictOf(one, path));
  }
  if (conflicts.length > 0 && !force) throw new ApplyConflictError(conflicts);
  for (const [one, set] of left) one.set = set;
}

function conflictOf(one: Manager, path: readonly string[]): ApplyConflict {
  const { manager, subresource, operation, apiVersion } = one;
  const where = `${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ""}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
  return {
    field: pathText(path),
    manager: identityOf(one),
    message: `conflict with ${JSON.stringify(manager)}${where}`,
  };
}

/** What tells managers apart, as a text whose order is theirs. */
function identityOf({
  manager,
  operation,
  apiVersion,
  subresource,
}: Omit<ManagerEntry, "fieldsType" | "fieldsV1">): string {
  const version = operation === "Update" ? { apiVersion } : {};
  return goJson({ manager, operation, ...version, ...(subresource && { subresource }) });
}
