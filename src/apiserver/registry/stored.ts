import { fromHub, groupVersion, hubOf, type KindDefinition, type KubeObject } from "../../api/index.ts";
import { goJson } from "../../schema/index.ts";
import type { Entry } from "../../store/index.ts";
import { storedJson } from "./encoding.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The store prefix of all objects of a kind, with a closing slash. */
export function storagePrefix(kind: KindDefinition): string {
  return `/registry/${hubOf(kind).storagePrefix}/`;
}

/** The store key of an object. */
export function storageKey(kind: KindDefinition, namespace: string, name: string): string {
  return kind.scope === "Namespaced" ? `${storagePrefix(kind)}${namespace}/${name}` : `${storagePrefix(kind)}${name}`;
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
  /** JSON without the version. */
  #bare: Uint8Array | undefined;
  #json: Uint8Array | undefined;
  #object: KubeObject | undefined;
  #forms: Map<string, unknown> | undefined;

  /** With its JSON, where that is known, so that it needn't be decoded. */
  constructor(entry: Entry, bare?: Uint8Array) {
    this.entry = entry;
    this.#bare = bare;
  }

  get revision(): number {
    return this.entry.modRevision;
  }

  /** The JSON that clients get. */
  get json(): Uint8Array {
    this.#bare ??= storedJson(this.entry.value);
    this.#json ??= withResourceVersion(this.#bare, this.revision);
    return this.#json;
  }

  /** The object; shared and never changed. */
  get object(): KubeObject {
    this.#object ??= JSON.parse(decoder.decode(this.json)) as KubeObject;
    return this.#object;
  }

  /** The same at another revision, such as the one of its deletion. */
  at(revision: number): StoredObject {
    return new StoredObject({ ...this.entry, modRevision: revision }, this.#bare);
  }

  /** The same in another version of its kind. */
  as(kind: KindDefinition): StoredObject {
    if (!kind.storage) return this;
    return this.form(`as ${groupVersion(kind)}`, (object) => new ConvertedObject(this.entry, kind, object));
  }

  /** Another form, kept under its name. */
  form<T>(name: string, make: (object: KubeObject) => T): T {
    this.#forms ??= new Map();
    if (!this.#forms.has(name)) this.#forms.set(name, make(this.object));
    return this.#forms.get(name) as T;
  }
}

/** A stored object in a version that isn't the stored one. */
class ConvertedObject extends StoredObject {
  readonly #kind: KindDefinition;
  readonly #stored: KubeObject;
  #converted: KubeObject | undefined;
  #bytes: Uint8Array | undefined;

  constructor(entry: Entry, kind: KindDefinition, stored: KubeObject) {
    super(entry);
    this.#kind = kind;
    this.#stored = stored;
  }

  override get json(): Uint8Array {
    this.#bytes ??= encoder.encode(goJson(this.object));
    return this.#bytes;
  }

  override get object(): KubeObject {
    this.#converted ??= fromHub(
      this.#kind,
      this.#stored as unknown as Record<string, unknown>,
    ) as unknown as KubeObject;
    return this.#converted;
  }

  override as(kind: KindDefinition): StoredObject {
    if (kind !== this.#kind) throw new Error("as: only what is stored can be converted");
    return this;
  }
}

function withResourceVersion(value: Uint8Array, modRevision: number): Uint8Array {
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
