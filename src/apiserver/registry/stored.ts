import { groupVersion, type KindDefinition, type KubeObject } from "../../api/index.ts";
import type { Entry } from "../../store/index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Keys that do not follow the plural, as the original lays them out. */
const SPECIAL_PREFIXES: Readonly<Record<string, string>> = {
  "/nodes": "minions",
  "/services": "services/specs",
  "/endpoints": "services/endpoints",
};

/** The store prefix of all objects of a kind, with a closing slash. */
export function storagePrefix(kind: Pick<KindDefinition, "group" | "plural">): string {
  return `/registry/${SPECIAL_PREFIXES[`${kind.group}/${kind.plural}`] ?? kind.plural}/`;
}

/** The store key of an object. */
export function storageKey(kind: KindDefinition, namespace: string, name: string): string {
  return kind.scope === "Namespaced" ? `${storagePrefix(kind)}${namespace}/${name}` : `${storagePrefix(kind)}${name}`;
}

/** An object as it is stored: canonical JSON without resourceVersion, which only the commit knows. */
export function encodeStored(object: KubeObject): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return encoder.encode(JSON.stringify({ ...object, metadata }));
}

const UID_KEY = encoder.encode('"uid":"');

/** Where resourceVersion goes: behind the first uid, which is the object's own, since only names stand before it. */
function spliceOffset(value: Uint8Array): number {
  const at = Buffer.from(value.buffer, value.byteOffset, value.byteLength).indexOf(UID_KEY);
  return value.indexOf(0x22, at + UID_KEY.length) + 1;
}

/** One version of an object: the bytes that were stored, and every form of it, each made at most once. */
export class StoredObject {
  readonly entry: Entry;
  #json: Uint8Array | undefined;
  #object: KubeObject | undefined;
  #forms: Map<string, unknown> | undefined;

  constructor(entry: Entry) {
    this.entry = entry;
  }

  get revision(): number {
    return this.entry.modRevision;
  }

  /** The JSON that clients get. */
  get json(): Uint8Array {
    this.#json ??= withResourceVersion(this.entry);
    return this.#json;
  }

  /** The object; shared and never changed. */
  get object(): KubeObject {
    this.#object ??= JSON.parse(decoder.decode(this.json)) as KubeObject;
    return this.#object;
  }

  /** Another form, kept under its name. */
  form<T>(name: string, make: (object: KubeObject) => T): T {
    this.#forms ??= new Map();
    if (!this.#forms.has(name)) this.#forms.set(name, make(this.object));
    return this.#forms.get(name) as T;
  }
}

function withResourceVersion({ value, modRevision }: Entry): Uint8Array {
  // Never stored: a dry run's.
  if (modRevision === 0) return value;
  const offset = spliceOffset(value);
  const inserted = encoder.encode(`,"resourceVersion":"${modRevision}"`);
  const result = new Uint8Array(value.length + inserted.length);
  result.set(value.subarray(0, offset));
  result.set(inserted, offset);
  result.set(value.subarray(offset), offset + inserted.length);
  return result;
}

/** apiVersion and kind of a kind's list. */
export function listType(kind: KindDefinition): { readonly kind: string; readonly apiVersion: string } {
  return { kind: `${kind.kind}List`, apiVersion: groupVersion(kind) };
}
