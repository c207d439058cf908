import { jsonEqual } from "../../base/index.ts";
import { copyJson, goJson, isMap, isObject, withSortedKeys } from "../../schema/index.ts";

/** Why a JSON patch can't be applied. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";
}

/** A test of the patch doesn't hold. */
export class TestFailedError extends JsonPatchError {}

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

interface PatchNotes {
  /** Gets the maps that the patch looked into. */
  readonly opened?: WeakSet<object>;
  /** Told of how many values have been copied and compared so far, before they are. */
  readonly weigh?: ((values: number) => void) | undefined;
}

/**
 * Applies an RFC 6902 patch in place and returns the document, with the liberties of the original: replacing a key that
 * isn't there adds it, what is to be added or copied and isn't there is null, indices may count from the end, a test for
 * null holds for a key that isn't there, and what a path says before its first slash is passed over.
 */
export function applyJsonPatch(
  document: unknown,
  operations: readonly unknown[],
  { opened = new WeakSet<object>(), weigh }: PatchNotes = {},
): unknown {
  const work: Work = { document, opened, effort: new Effort(weigh), copies: new Copies(opened) };
  open(work, document);
  for (const operation of operations) {
    if (!isObject(operation)) throw new JsonPatchError("an operation is no object");
    applyOne(work, operation as Operation);
  }
  return work.document;
}

interface Work {
  document: unknown;
  readonly opened: WeakSet<object>;
  readonly effort: Effort;
  readonly copies: Copies;
}

/** What a few operations can make of a document may be many times as large. */
class Effort {
  #values = 0;
  readonly #weigh: ((values: number) => void) | undefined;

  constructor(weigh: ((values: number) => void) | undefined) {
    this.#weigh = weigh;
  }

  /** Called before all that is in a value is worked on. */
  spend(value: unknown): void {
    if (this.#weigh) this.#weigh((this.#values += valuesIn(value)));
  }
}

function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((count: number, one) => count + valuesIn(one), 1);
}

function open({ opened }: Work, value: unknown): void {
  if (isMap(value)) opened.add(value);
}

function openAll(work: Work, value: unknown): void {
  // Depth is no matter of this thread's stack.
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    open(work, next);
    if (Array.isArray(next)) for (const one of next) waiting.push(one);
    else if (isMap(next)) for (const one of Object.values(next)) waiting.push(one);
  }
}

const COPIED_BYTES_MAX = 3 * 1024 * 1024;

/** What all copies of a patch add: a document that is copied into itself doubles each time. */
class Copies {
  #bytes = 0;
  readonly #opened: WeakSet<object>;

  constructor(opened: WeakSet<object>) {
    this.#opened = opened;
  }

  copy(value: unknown): unknown {
    const text = goJson(value);
    this.#bytes += text.length;
    if (this.#bytes > COPIED_BYTES_MAX)
      throw new JsonPatchError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#bytes}, exceeding the limit ${COPIED_BYTES_MAX}`,
      );
    return copyJson(withSortedKeys(value, this.#opened));
  }
}

function applyOne(work: Work, operation: Operation): void {
  const { op } = operation;
  const apply = typeof op === "string" && Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op] : undefined;
  if (!apply) throw new JsonPatchError(`Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
  apply(work, operation);
}

const MISSING = "missing value";

const OPERATIONS: Readonly<Record<string, (work: Work, operation: Operation) => void>> = {
  add: (work, operation) => {
    const path = pathOf(operation.path);
    const place = locate(work, path) ?? missing(`add operation does not apply: doc is missing path: "${path}"`);
    within(`error in add for path: '${path}'`, () => add(place, operation.value ?? null));
  },
  remove: (work, operation) => {
    const path = pathOf(operation.path);
    const place = locate(work, path) ?? missing(`remove operation does not apply: doc is missing path: "${path}"`);
    within(`error in remove for path: '${path}'`, () => remove(place));
  },
  replace: (work, operation) => {
    const path = pathOf(operation.path);
    if (path === "") return replaceAll(work, operation.value);
    const place = locate(work, path) ?? missing(`replace operation does not apply: doc is missing path: ${path}`);
    within(`error in replace for path: '${path}'`, () => replace(place, operation.value ?? null));
  },
  move: (work, operation) => {
    const from = pathOf(operation.from);
    const source = locate(work, from) ?? missing(`move operation does not apply: doc is missing from path: ${from}`);
    const value = within(`error in move for path: '${source.key}'`, () => remove(source));
    const path = pathOf(operation.path);
    const place =
      locate(work, path) ?? missing(`move operation does not apply: doc is missing destination path: ${path}`);
    within(`error in move for path: '${path}'`, () => add(place, value));
  },
  copy: (work, operation) => {
    const from = pathOf(operation.from);
    const source = locate(work, from) ?? missing(`copy operation does not apply: doc is missing from path: ${from}`);
    const value = within(`error in copy for from: '${from}'`, () => peek(source) ?? null);
    work.effort.spend(value);
    const path = pathOf(operation.path);
    const place =
      locate(work, path) ?? missing(`copy operation does not apply: doc is missing destination path: ${path}`);
    // Copied as it stands once the way to its place is opened.
    within("error while adding value during copy", () => add(place, work.copies.copy(value)));
  },
  test: (work, operation) => {
    const path = pathOf(operation.path);
    const found = path === "" ? work.document : tested(work, path);
    work.effort.spend(found);
    openAll(work, found);
    if (!jsonEqual(found ?? null, operation.value ?? null))
      throw new TestFailedError(`testing value ${path} failed: test failed`);
  },
};

function replaceAll(work: Work, value: unknown): void {
  if (!Array.isArray(value) && !isMap(value))
    throw new JsonPatchError("replace operation value must be object or array");
  work.document = value;
  open(work, value);
}

function tested(work: Work, path: string): unknown {
  const place = locate(work, path) ?? missing(`test operation does not apply: is missing path: ${path}`);
  return within(`error in test for path: '${path}'`, () => peek(place));
}

function missing(what: string): never {
  throw new JsonPatchError(`${what}: ${MISSING}`);
}

/** Says where a problem came up. */
function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPatchError) throw new JsonPatchError(`${where}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A place in the document: what holds it, and its key there. */
interface Place {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

function pathOf(pointer: unknown): string {
  if (typeof pointer !== "string") throw new JsonPatchError("an operation has no path");
  return pointer;
}

/** undefined when nothing is there that could hold it. */
function locate(work: Work, pointer: string): Place | undefined {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (keys.length === 0) return undefined;
  let parent = work.document;
  for (const key of keys.slice(0, -1)) {
    if (Array.isArray(parent) && !isIndex(key, parent.length)) return undefined;
    parent = child(parent, key);
    open(work, parent);
  }
  return isMap(parent) || Array.isArray(parent) ? { parent, key: keys.at(-1)! } : undefined;
}

const INTEGER = /^[+-]?\d+$/;

function isIndex(key: string, length: number): boolean {
  return INTEGER.test(key) && Number(key) < length && Number(key) >= -length;
}

function child(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return parent[index(key, parent.length)];
  return isMap(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** An index of a list of this length; counts from the end when negative. */
function index(key: string, length: number): number {
  if (!INTEGER.test(key))
    throw new JsonPatchError(
      `value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`,
    );
  if (!isIndex(key, length))
    throw new JsonPatchError(`Unable to access invalid index: ${Number(key)}: invalid index referenced`);
  return Number(key) < 0 ? length + Number(key) : Number(key);
}

function peek({ parent, key }: Place): unknown {
  return child(parent, key);
}

function add({ parent, key }: Place, value: unknown): void {
  if (!Array.isArray(parent)) {
    set(parent, key, value);
    return;
  }
  const length = parent.length + 1;
  parent.splice(key === "-" ? parent.length : index(key, length), 0, value);
}

function replace({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent[index(key, parent.length)] = value;
  else set(parent, key, value);
}

function remove({ parent, key }: Place): unknown {
  if (Array.isArray(parent)) return parent.splice(index(key, parent.length), 1)[0];
  if (!Object.hasOwn(parent, key)) throw new JsonPatchError(`Unable to remove nonexistent key: ${key}: ${MISSING}`);
  const value = parent[key];
  delete parent[key];
  return value;
}

/** A key such as __proto__ is data like any other. */
function set(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
