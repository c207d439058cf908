import {
  canonicalQuantity,
  fromHub,
  groupVersion,
  hubOf,
  type KindDefinition,
  type KubeObject,
  kinds,
  METADATA_FIELDS,
  previewKinds,
  toHub,
  behaviorOf,
} from "../../api/index.ts";
import {
  applyDefaults,
  decodeJson,
  decodeProto,
  encodeProtoObject,
  goJson,
  openProtoEnvelope,
} from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** In what form objects are written to the store. Whatever it is, both are read. */
export type StorageMediaType = "application/json" | "application/vnd.kubernetes.protobuf";

/** One object's bytes: as the store has them, and as JSON, neither with resourceVersion, which only the commit knows. */
export interface EncodedObject {
  readonly value: Uint8Array;
  readonly json: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An object of a stored version as it is stored. */
export function encodeStored(kind: KindDefinition, object: KubeObject, mediaType: StorageMediaType): EncodedObject {
  const bare = { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
  const json = encoder.encode(goJson(bare));
  if (mediaType === "application/json" || kind.custom) return { json, value: json };
  return { json, value: kind.rules.storedAsJson ? encodeOriginalJson(kind, bare) : encodeProtobuf(kind, bare) };
}

/** The version that the original stores is the one that its oldest supported release can read too. */
function encodeProtobuf(kind: KindDefinition, object: object): Uint8Array {
  const written = kind.storageVersion === kind.version ? undefined : definitions().get(storedType(kind));
  if (!written) return encodeProtoObject(kind.struct, object as KubeObject);
  return encodeProtoObject(written.struct, fromHub(written, object as Json) as unknown as KubeObject);
}

/** JSON as the original writes it, which {@link storedJson} tells from ours by the newline. */
function encodeOriginalJson(kind: KindDefinition, object: object): Uint8Array {
  const form = kind.rules.storedForm;
  const { group, storageVersion: version } = kind;
  const written = form ? { ...form.toStored(object as Json), apiVersion: groupVersion({ group, version }) } : object;
  return encoder.encode(`${goJson(written)}\n`);
}

const storedType = ({ group, storageVersion: version, kind }: KindDefinition) =>
  `${groupVersion({ group, version })} ${kind}`;

const PROTOBUF = encoder.encode("k8s\0");
const NEWLINE = 0x0a;
const BRACE = 0x7b;

/** JSON of a stored value in whatever form: our own as it is, all else brought to the form that we would have written. */
export function storedJson(value: Uint8Array): Uint8Array {
  if (value[0] === BRACE && value[value.length - 1] !== NEWLINE) return value;
  if (isProtobuf(value)) {
    const { apiVersion, kind, raw } = openProtoEnvelope(value);
    const definition = definitions().get(`${apiVersion} ${kind}`);
    if (!definition)
      throw new Error(`decode stored object: no kind "${kind}" is registered for version "${apiVersion}"`);
    return rewritten(definition, { kind, apiVersion, ...decodeProto(definition.struct, raw) });
  }
  // The original ends JSON with a newline; its fields may be in another order than ours, and of another version.
  if (value.at(-1) !== NEWLINE) return value;
  const object = JSON.parse(decoder.decode(value)) as Json;
  const definition = definitions().get(`${String(object.apiVersion)} ${String(object.kind)}`);
  return definition ? rewritten(definition, object) : encoder.encode(goJson(orderedMetadata(object)));
}

/** Whether a stored value is protobuf. */
export function isProtobuf(value: Uint8Array): boolean {
  return PROTOBUF.every((byte, index) => value[index] === byte);
}

function rewritten(definition: KindDefinition, object: Json): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata as Json;
  const isSpoken = object.apiVersion === groupVersion(definition);
  const spoken = isSpoken ? object : (definition.rules.storedForm?.fromStored(object) ?? object);
  const given = decodeJson(definition.struct, { ...spoken, metadata }, { quantity: canonicalQuantity }).value;
  const hub = hubOf(definition);
  const value = toHub(definition, given);
  applyDefaults(hub.struct, value);
  const behavior = behaviorOf(hub);
  behavior.setDefaults?.(value as never);
  // The original works this out whenever it reads one, and stores it without.
  behavior.settleCreate?.(value as never);
  return encoder.encode(goJson(orderedMetadata({ ...value, kind: hub.kind, apiVersion: groupVersion(hub) })));
}

let byType: ReadonlyMap<string, KindDefinition> | undefined;

/** All versions of all kinds that a store may hold, whether they are served or not. */
function definitions(): ReadonlyMap<string, KindDefinition> {
  if (byType) return byType;
  const all = [...previewKinds.map(({ kind }) => kind), ...kinds];
  const old = kinds.filter(({ rules }) => rules.storedForm);
  byType = new Map([
    ...old.map((kind) => [storedType(kind), kind] as const),
    ...all.map((kind) => [`${groupVersion(kind)} ${kind.kind}`, kind] as const),
  ]);
  return byType;
}

/** Fields in the order in which they are written, with what is empty left out. */
export function orderedMetadata(object: Json): KubeObject {
  const metadata = object.metadata as Json;
  const ordered: Json = {};
  for (const key of METADATA_FIELDS)
    if (metadata[key] !== undefined && metadata[key] !== "") ordered[key] = metadata[key];
  return { ...object, metadata: ordered } as unknown as KubeObject;
}
