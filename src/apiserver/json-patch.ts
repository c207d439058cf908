import { isObject, jsonEqual } from "../schema/index.ts";

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

/**
 * Applies an RFC 6902 patch in place and returns the document, with the liberties of the original: replacing a key that
 * isn't there adds it, indices may count from the end, a test for null holds for a key that isn't there.
 */
export function applyJsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  const root = { "": document };
  const copies = new Copies();
  for (const operation of operations) {
    if (!isObject(operation)) throw new JsonPatchError("an operation is no object");
    applyOne(root, operation as Operation, copies);
  }
  return root[""];
}

const COPIED_BYTES_MAX = 3 * 1024 * 1024;

/** What all copies of a patch add: a document that is copied into itself doubles each time. */
class Copies {
  #bytes = 0;

  copy(value: unknown): unknown {
    const text = JSON.stringify(value);
    this.#bytes += text.length;
    if (this.#bytes > COPIED_BYTES_MAX)
      throw new JsonPatchError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#bytes}, exceeding the limit ${COPIED_BYTES_MAX}`,
      );
    return structuredClone(value);
  }
}

function applyOne(root: Record<string, unknown>, operation: Operation, copies: Copies): void {
  const { op, path, value } = operation;
  const place = locate(root, path);
  switch (op) {
    case "add":
      return add(place, required(operation));
    case "remove":
      remove(place);
      return;
    case "replace":
      return replace(place, required(operation));
    case "move":
      return add(place, remove(locate(root, operation.from)));
    case "copy":
      return add(place, copies.copy(existing(locate(root, operation.from))));
    case "test":
      if (!jsonEqual(peek(place) ?? null, value ?? null)) throw new TestFailedError("a test failed");
      return;
    default:
      throw new JsonPatchError("unexpected kind of operation");
  }
}

function required(operation: Operation): unknown {
  if (!("value" in operation)) throw new JsonPatchError("an operation has no value");
  return operation.value;
}

/** A place in the document: what holds it, and its key there. */
interface Place {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

function locate(root: Record<string, unknown>, pointer: unknown): Place {
  if (typeof pointer !== "string") throw new JsonPatchError("an operation has no path");
  if (pointer === "") return { parent: root, key: "" };
  if (!pointer.startsWith("/")) throw new JsonPatchError("a path doesn't begin with /");
  const keys = pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let parent: unknown = root[""];
  for (const key of keys.slice(0, -1)) parent = child(parent, key);
  if (!isObject(parent) && !Array.isArray(parent)) throw new JsonPatchError("a path leads nowhere");
  return { parent, key: keys.at(-1)! };
}

function child(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return parent[index(key, parent.length)];
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** An index of a list of this length; counts from the end when negative. */
function index(key: string, length: number): number {
  if (!/^-?\d+$/.test(key)) throw new JsonPatchError("an index is no number");
  const at = Number(key) < 0 ? length + Number(key) : Number(key);
  if (at < 0 || at >= length) throw new JsonPatchError("an index is out of range");
  return at;
}

function peek({ parent, key }: Place): unknown {
  return child(parent, key);
}

function existing(place: Place): unknown {
  const value = peek(place);
  if (value === undefined) throw new JsonPatchError("the source isn't there");
  return value;
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
  if (!Object.hasOwn(parent, key)) throw new JsonPatchError("what is to be removed isn't there");
  const value = parent[key];
  delete parent[key];
  return value;
}

/** A key such as __proto__ is data like any other. */
function set(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
