import { varintBytes } from "../varint.ts";
import { keyBytes } from "../memory/index.ts";
import type { Entry } from "../store.ts";

/** mvccpb.KeyValue and leasepb.Lease, the two messages that etcd's files hold. */
export interface StoredKeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
}

type Field = readonly [number: number, value: bigint | Buffer];

/** The fields of a message by number: numbers and bytes. Throws `RangeError` on what is no message. */
function fieldsOf(bytes: Buffer): Map<number, bigint | Buffer> {
  return new Map(fieldsIn(bytes));
}

/** All fields in their order, those that are repeated too. */
export function fieldsIn(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(offset++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError("a number in a message never ends");
  };
  while (offset < bytes.length) {
    const tag = Number(number());
    const wire = tag & 7;
    if (wire === 0) fields.push([tag >>> 3, number()]);
    else if (wire === 2) {
      const length = Number(number());
      if (length > bytes.length - offset) throw new RangeError("a field of a message is cut");
      fields.push([tag >>> 3, bytes.subarray(offset, offset + length)]);
      offset += length;
    } else throw new RangeError(`a message has a field of wire type ${wire}`);
  }
  return fields;
}

const NONE = Buffer.alloc(0);

export function decodeKeyValue(bytes: Buffer): StoredKeyValue {
  const fields = fieldsOf(bytes);
  const [key, createRevision, modRevision, version, value, lease] = [1, 2, 3, 4, 5, 6].map((one) => fields.get(one));
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    createRevision: numberOf(createRevision),
    modRevision: numberOf(modRevision),
    version: numberOf(version),
    lease: numberOf(lease),
  };
}

export function decodeLease(bytes: Buffer): { readonly id: bigint; readonly ttlSeconds: bigint } {
  const fields = fieldsOf(bytes);
  return { id: numberOf(fields.get(1)), ttlSeconds: numberOf(fields.get(2)) };
}

export function bytesOf(field: bigint | Buffer | undefined): Buffer {
  if (typeof field === "bigint") throw new RangeError("a field of a message is a number, wanted bytes");
  return field ?? NONE;
}

export function numberOf(field: bigint | Buffer | undefined): bigint {
  if (typeof field === "object") throw new RangeError("a field of a message is bytes, wanted a number");
  return field ?? 0n;
}

function keyLength(key: string): number {
  return key.isWellFormed() ? Buffer.byteLength(key) : keyBytes(key).length;
}

/** How many bytes {@link encodeKeyValue} makes. */
export function keyValueBytes({ key, value, createRevision, modRevision, version, lease }: Entry): number {
  const numbers = [createRevision, modRevision, version, lease];
  const lengths = [keyLength(key), value.length].filter((length) => length > 0);
  return (
    numbers.reduce((sum, number) => sum + (number ? 1 + varintBytes(number) : 0), 0) +
    lengths.reduce((sum, length) => sum + 1 + varintBytes(length) + length, 0)
  );
}

export function encodeKeyValue(entry: Entry): Buffer {
  const message = Buffer.allocUnsafe(keyValueBytes(entry));
  const { value, createRevision, modRevision, version, lease } = entry;
  const key = keyBytes(entry.key);
  let offset = 0;
  if (key.length > 0) {
    offset = writeVarint(message, key.length, writeTag(message, 1, 2, offset));
    offset += key.copy(message, offset);
  }
  for (const [field, number] of [
    [2, createRevision],
    [3, modRevision],
    [4, version],
  ] as const)
    if (number) offset = writeVarint(message, number, writeTag(message, field, 0, offset));
  if (value.length > 0) {
    offset = writeVarint(message, value.length, writeTag(message, 5, 2, offset));
    message.set(value, offset);
    offset += value.length;
  }
  if (lease) writeVarint(message, lease, writeTag(message, 6, 0, offset));
  return message;
}

export function encodeLease({ id, ttlSeconds }: { readonly id: number; readonly ttlSeconds: number }): Buffer {
  const message = Buffer.alloc(2 + varintBytes(id) + varintBytes(ttlSeconds));
  const offset = writeVarint(message, id, writeTag(message, 1, 0, 0));
  writeVarint(message, ttlSeconds, writeTag(message, 2, 0, offset));
  return message;
}

/** A message of a few small fields; empty ones are left out. */
export function encodeFields(fields: readonly (readonly [number: number, value: number | Uint8Array])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      const isNumber = typeof value === "number";
      const size = isNumber ? value : value.length;
      if (size === 0) return [];
      const head = Buffer.alloc(1 + varintBytes(size));
      writeVarint(head, size, writeTag(head, field, isNumber ? 0 : 2, 0));
      return isNumber ? [head] : [head, value];
    }),
  );
}

function writeTag(target: Buffer, field: number, wire: number, offset: number): number {
  target[offset] = (field << 3) | wire;
  return offset + 1;
}

function writeVarint(target: Buffer, value: number, offset: number): number {
  let rest = value;
  let at = offset;
  for (; rest >= 128; rest = Math.floor(rest / 128)) target[at++] = (rest % 128) | 0x80;
  target[at++] = rest;
  return at;
}
