import { fromHub, groupVersion, hubOf, type KindDefinition, type KubeObject } from "../../api/index.ts";
import { goJson } from "../../schema/index.ts";
import type { Entry } from "../../store/index.ts";
import { type Warm, warmed } from "./warm.ts";
import { storedJson } from "./encoding.ts";
import { shownAs } from "./custom.ts";
import { nodeNameIn, nodeNameOf } from "./node-name.ts";

/** The store prefix of all objects of a kind, with a closing slash. */
export function storagePrefix(kind: KindDefinition): string {
  let prefix = prefixes.get(kind);
  if (prefix === undefined) prefixes.set(kind, (prefix = `/registry/${hubOf(kind).storagePrefix}/`));
  return prefix;
}

/** Kept, since every request finds what belongs to a kind by it. */
const prefixes = new WeakMap<KindDefinition, string>();

/** The store key of an object. */
export function storageKey(kind: KindDefinition, namespace: string, name: string): string {
  return kind.scope === "Namespaced" ? `${storagePrefix(kind)}${namespace}/${name}` : `${storagePrefix(kind)}${name}`;
}

/** Where resourceVersion goes: behind the first uid, which is the object's own, since only names stand before it. */
const UID_KEY = '"uid":"';

function versionOffset(value: Buffer): number {
  const at = value.indexOf(UID_KEY, 0, "latin1");
  return value.indexOf(0x22, at + UID_KEY.length) + 1;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** What is inserted there; nothing for what was never stored, as a dry run's. */
function versionText(revision: number): string {
  return revision === 0 ? "" : `,"resourceVersion":"${revision}"`;
}

/** The JSON of an object that was never stored, with a version that it says of itself. */
export function sayingVersion(json: Uint8Array, version: string): Buffer {
  const value = bufferOf(json);
  const offset = versionOffset(value);
  const said = Buffer.from(`,"resourceVersion":${goJson(version)}`);
  return Buffer.concat([value.subarray(0, offset), said, value.subarray(offset)]);
}

const NEWLINE = 0x0a;
const METADATA_KEY = '"metadata":';

/** Items of a list don't say their kind, which stands first in the stored form. */
export type JsonPart = "whole" | "withoutType";

/** One version of an object: the bytes that were stored, and every form of it, each made at most once while it is in use. */
export class StoredObject implements Warm {
  readonly entry: Entry;
  /** JSON without the version. */
  #bare: Buffer | undefined;
  #object: KubeObject | undefined;
  #forms: Map<string, unknown> | undefined;
  #isKept = false;
  #isWarm = false;
  /** Where the version goes and where the metadata begin in {@link #value}; 0 until someone asked. */
  #versionAt = 0;
  #metadataAt = 0;
  /** How long its protobuf message is, once that is known. */
  protoBytes: number | undefined;
  #nodeName: string | undefined;

  /** With its JSON, where that is known, so that it needn't be decoded. */
  constructor(entry: Entry, bare?: Uint8Array) {
    this.entry = entry;
    if (bare) this.learn(bare);
  }

  /** Takes its JSON without the version from who has it, so that it needn't be decoded. */
  learn(bare: Uint8Array): void {
    if (bare === this.entry.value || this.#bare) return;
    this.#bare = bufferOf(bare);
    this.#warm();
  }

  get revision(): number {
    return this.entry.modRevision;
  }

  /** The JSON that clients get, with a line break as an answer ends. Not kept: it takes as much as what is stored, and a copy no time. */
  jsonLine(): Buffer {
    const line = Buffer.allocUnsafe(this.jsonBytes("whole") + 1);
    line[this.copyJson("whole", line, 0)] = NEWLINE;
    return line;
  }

  /** How many bytes {@link copyJson} writes. */
  jsonBytes(part: JsonPart): number {
    const value = this.#value();
    const left = part === "whole" ? 0 : this.#metadataOffset(value) - 1;
    return value.length - left + versionText(this.revision).length;
  }

  /** Writes the JSON that clients get, without making it first; returns where it ends. */
  copyJson(part: JsonPart, target: Buffer, at: number): number {
    const value = this.#value();
    let end = at;
    let from = 0;
    if (part === "withoutType") {
      from = this.#metadataOffset(value);
      target[end++] = 0x7b;
    }
    const text = versionText(this.revision);
    if (text !== "") {
      const offset = this.#versionOffset(value);
      end += value.copy(target, end, from, offset);
      for (let index = 0; index < text.length; index++) target[end++] = text.charCodeAt(index);
      from = offset;
    }
    return end + value.copy(target, end, from);
  }

  #metadataOffset(value: Buffer): number {
    if (this.#metadataAt === 0) this.#metadataAt = value.indexOf(METADATA_KEY, 0, "latin1");
    return this.#metadataAt;
  }

  #versionOffset(value: Buffer): number {
    if (this.#versionAt === 0) this.#versionAt = versionOffset(value);
    return this.#versionAt;
  }

  /** Its spec.nodeName, "" for none: kept, as each of thousands of nodes asks all pods for it. */
  get nodeName(): string {
    this.#nodeName ??= this.#object ? nodeNameOf(this.#object) : nodeNameIn(this.#value());
    return this.#nodeName;
  }

  /** False when the JSON surely doesn't hold a text; much cheaper than parsing it to look. */
  mayHold(text: Buffer): boolean {
    return this.#object !== undefined || this.#value().includes(text);
  }

  /** The object; shared and never changed. */
  get object(): KubeObject {
    if (!this.#object) {
      this.#object = JSON.parse(this.#text()) as KubeObject;
      this.#warm();
    }
    return this.#object;
  }

  /** The same for a single look: when nobody has it yet, it isn't kept either. */
  parsed(): KubeObject {
    return this.#object ?? (JSON.parse(this.#text()) as KubeObject);
  }

  /** JSON without the version: what is stored, unless that is in another form. */
  #value(): Buffer {
    if (this.#bare) return this.#bare;
    const { value } = this.entry;
    const json = storedJson(value);
    if (json === value) return bufferOf(value);
    this.#bare = bufferOf(json);
    this.#warm();
    return this.#bare;
  }

  #text(): string {
    const stored = this.#value().toString("utf8");
    const text = versionText(this.revision);
    if (text === "") return stored;
    const offset = stored.indexOf('"', stored.indexOf(UID_KEY) + UID_KEY.length) + 1;
    return stored.slice(0, offset) + text + stored.slice(offset);
  }

  /** To be called by a cache that keeps it: its forms count to those that are let go of again. Nobody else outlives his use of it. */
  kept(): this {
    this.#isKept = true;
    if (this.#bare || this.#object || this.#forms) this.#warm();
    return this;
  }

  #warm(): void {
    if (this.#isWarm || !this.#isKept) return;
    this.#isWarm = true;
    warmed(this, this.entry.value.length);
  }

  /** Lets go of all that can be made again. */
  cool(): void {
    this.#isWarm = false;
    this.#bare = undefined;
    this.#object = undefined;
    this.#forms = undefined;
  }

  /** The same at another revision, such as the one of its deletion. */
  at(revision: number): StoredObject {
    return new StoredObject({ ...this.entry, modRevision: revision }, this.#bare);
  }

  /** The same in another version of its kind, which takes nobody else to tell. */
  as(kind: KindDefinition): StoredObject {
    if (!kind.storage && !kind.custom) return this;
    const name = `as ${groupVersion(kind)}`;
    // A kind that users define may have changed since: the same bytes look different now.
    const known = this.#forms?.get(name);
    if (known instanceof ConvertedObject && known.kind !== kind) this.#forms!.delete(name);
    return this.form(name, ({ object }) => new ConvertedObject(this.entry, kind, () => viewOf(kind, object)));
  }

  /** Another form, kept under its name. */
  form<T>(name: string, make: (stored: StoredObject) => T): T {
    const known = this.#forms?.get(name) as T | undefined;
    if (known !== undefined) return known;
    const made = make(this);
    this.#forms ??= new Map();
    this.#forms.set(name, made);
    this.#warm();
    return made;
  }
}

function viewOf(kind: KindDefinition, stored: KubeObject): KubeObject {
  const object = stored as unknown as Record<string, unknown>;
  return (kind.custom ? shownAs(kind, object) : fromHub(kind, object)) as unknown as KubeObject;
}

/** A stored object in a version that isn't the stored one, or as a version knows it that users define. */
export class ConvertedObject extends StoredObject {
  readonly kind: KindDefinition;
  readonly #view: () => KubeObject;
  #converted: KubeObject | undefined;
  #bytes: Buffer | undefined;

  constructor(entry: Entry, kind: KindDefinition, view: () => KubeObject) {
    super(entry);
    this.kind = kind;
    this.#view = view;
  }

  override at(revision: number): StoredObject {
    const { metadata, ...object } = this.object;
    const view = { ...object, metadata: { ...metadata, resourceVersion: String(revision) } };
    return new ConvertedObject({ ...this.entry, modRevision: revision }, this.kind, () => view);
  }

  #json(): Buffer {
    return (this.#bytes ??= Buffer.from(goJson(this.object)));
  }

  override jsonBytes(part: JsonPart): number {
    return this.#json().length - this.#left(part);
  }

  override copyJson(part: JsonPart, target: Buffer, at: number): number {
    const json = this.#json();
    const left = this.#left(part);
    json.copy(target, at, left);
    if (left > 0) target[at] = 0x7b;
    return at + json.length - left;
  }

  #left(part: JsonPart): number {
    return part === "whole" ? 0 : this.#json().indexOf(METADATA_KEY) - 1;
  }

  override mayHold(): boolean {
    return true;
  }

  override get object(): KubeObject {
    return (this.#converted ??= this.#view());
  }

  override parsed(): KubeObject {
    return this.object;
  }

  override as(kind: KindDefinition): StoredObject {
    if (kind !== this.kind) throw new Error("as: only what is stored can be converted");
    return this;
  }
}
