import { type KubeObject, ObjectMeta } from "../../api/index.ts";
import {
  bytes,
  decodeProto,
  encodeProtoObject,
  type Infer,
  openProtoEnvelope,
  ref,
  string,
  struct,
} from "../../schema/index.ts";
import { isProtobuf, type StorageMediaType } from "../stored/encoding.ts";

/** Stored, and never served. */
const RangeAllocation = struct("io.k8s.api.core.v1.RangeAllocation", () => ({
  metadata: ref(1, ObjectMeta),
  range: string(2, { always: true }),
  data: bytes(3, { always: true }),
}));
interface RangeAllocation extends Infer<typeof RangeAllocation> {}

const TYPE = { kind: "RangeAllocation", apiVersion: "v1" };

/** What of a range is taken: bit 0 for the first number. */
export interface RangeRecord {
  /** Such as 30000-32767. */
  readonly range: string;
  readonly taken: bigint;
}

/** A record as the original writes it: one object a range, its bits as one big number, the highest byte first. */
export function encodeRange({ range, taken }: RangeRecord, mediaType: StorageMediaType): Uint8Array {
  const object = { ...TYPE, metadata: {}, range, data: bytesOf(taken).toString("base64") };
  if (mediaType === "application/json") return new TextEncoder().encode(JSON.stringify(object));
  return encodeProtoObject(RangeAllocation, object);
}

export function decodeRange(value: Uint8Array): RangeRecord {
  const { range = "", data = "" } = isProtobuf(value)
    ? (decodeProto(RangeAllocation, openProtoEnvelope(value).raw) as Partial<RangeAllocation>)
    : (JSON.parse(new TextDecoder().decode(value)) as KubeObject & Partial<RangeAllocation>);
  // No bytes at all are null.
  const hex = Buffer.from(data ?? "", "base64").toString("hex");
  return { range, taken: hex ? BigInt(`0x${hex}`) : 0n };
}

function bytesOf(taken: bigint): Buffer {
  if (taken === 0n) return Buffer.alloc(0);
  const hex = taken.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
}
