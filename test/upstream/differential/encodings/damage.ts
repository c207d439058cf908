import type { Random } from "../../../../src/base/index.ts";
import type { StructNode } from "../../../../src/schema/index.ts";
import { pick } from "../mutate.ts";
import { fieldsOfMessage, messageOf, varint, type WireField } from "./wire.ts";

type Message = readonly WireField[];

/** A message with one thing about it that no client's library would write, though much of it may be read. */
export function damagedMessage(bytes: Buffer, struct: StructNode, random: Random): Buffer {
  const draw = random.float();
  if (draw < 0.12) return bytes.subarray(0, random.int(bytes.length + 1));
  if (draw < 0.2 && bytes.length > 0) {
    const copy = Buffer.from(bytes);
    copy[random.int(copy.length)]! ^= 1 << random.int(8);
    return copy;
  }
  return messageOf(changedSomewhere(fieldsOfMessage(bytes, struct), random));
}

function changedSomewhere(message: Message, random: Random): Message {
  const inner = [...message.entries()].filter(([, { value }]) => Array.isArray(value));
  if (inner.length > 0 && random.float() < 0.7) {
    const [index, field] = pick(inner, random);
    const value = changedSomewhere(field.value as Message, random);
    return message.with(index, { ...field, value });
  }
  return pick(MESSAGE_CHANGES, random)(message, random);
}

const added = (number: number, wire: number, value: WireField["value"]): WireField => ({
  number,
  wire,
  value,
  node: undefined,
  name: "",
});

type MessageChange = (message: Message, random: Random) => Message;

const unknownField: MessageChange = (message, random) => {
  const [wire, value] = pick(
    [
      [0, 7n],
      [1, Buffer.alloc(8)],
      [2, Buffer.from("abc")],
      [5, Buffer.alloc(4)],
      [3, Buffer.from(varint(BigInt(1000 * 8 + 4)))],
      [3, Buffer.alloc(0)],
      [4, Buffer.alloc(0)],
      [6, Buffer.alloc(0)],
      [7, Buffer.alloc(0)],
    ] as const,
    random,
  );
  return [...message, added(pick([1000, 99, 536_870_911], random), wire, value)];
};

const MESSAGE_CHANGES: readonly MessageChange[] = [
  oneField,
  oneField,
  oneField,
  oneField,
  unknownField,
  (message) => message.toReversed(),
  (message, random) => message.toSpliced(random.int(message.length), 1),
  (message, random) => [...message, ...(message.length > 0 ? [pick(message, random)] : [])],
  () => [],
  (message) => [...message, added(0, 0, 0n)],
  (message, random) => [...message, added(pick([1, 2, 3], random), pick([0, 1, 2, 3, 4, 5], random), 0n)],
];

/** Another wire type, or another value of the same. */
function oneField(message: Message, random: Random): Message {
  if (message.length === 0) return message;
  const index = random.int(message.length);
  const field = message[index]!;
  if (random.float() < 0.3) return message.with(index, { ...field, wire: pick([0, 1, 2, 3, 4, 5, 6, 7], random) });
  return message.with(index, { ...field, value: otherValue(field, random) });
}

function otherValue({ value, node }: WireField, random: Random): WireField["value"] {
  if (typeof value === "bigint") return pick(NUMBERS, random);
  if (!Buffer.isBuffer(value)) return pick([Buffer.from("abc"), Buffer.alloc(0), Buffer.from([8])], random);
  const type =
    node?.kind === "scalar"
      ? node.type
      : node?.kind === "list" && node.element.kind === "scalar"
        ? node.element.type
        : undefined;
  const ofType = type === undefined ? [] : (MESSAGES[type] ?? []);
  return pick([...ofType, ...ofType, ...TEXTS], random);
}

const NUMBERS = [0n, 1n, 2n, 7n, -1n, 2n ** 31n, 2n ** 32n + 1n, 2n ** 63n, 2n ** 53n + 1n, -(2n ** 31n) - 1n];
const TEXTS = [
  ...[Buffer.alloc(0), Buffer.from("x"), Buffer.from([0xff, 0xfe]), Buffer.from("a\0b"), Buffer.from("é")],
  ...[Buffer.from([8]), Buffer.from([0x0a, 0x7f])],
];

const part = (number: number, wire: number, value: bigint | string) =>
  messageOf([added(number, wire, typeof value === "bigint" ? value : Buffer.from(value))]);
const both = (...parts: Buffer[]) => Buffer.concat(parts);

/** Small messages behind single values, by the type of the value. */
const MESSAGES: Readonly<Record<string, readonly Buffer[]>> = {
  quantity: [
    ...["x", "", "1.5Gi", "1e3", "2.", "0.1m", "9223372036854775808", " 1"].map((text) => part(1, 2, text)),
    ...[Buffer.alloc(0), part(1, 0, 1n), part(2, 2, "1"), both(part(1, 2, "1"), part(1, 2, "2"))],
  ],
  intOrString: [
    ...[part(1, 0, 7n), part(1, 0, 1n), part(2, 0, 80n), part(3, 2, "x"), Buffer.alloc(0)],
    ...[both(part(1, 0, 1n), part(3, 2, "50%")), both(part(2, 0, 2n ** 31n)), both(part(1, 0, 0n), part(3, 2, "x"))],
    ...[both(part(2, 0, -1n)), part(3, 0, 1n)],
  ],
  time: [
    ...[Buffer.alloc(0), part(1, 0, 0n), part(1, 0, -1n), part(1, 0, -62_135_596_800n), part(2, 0, 5n)],
    ...[part(1, 0, 2n ** 62n), part(1, 0, 253_402_300_800n), both(part(1, 0, 1_600_000_000n), part(2, 0, -1n))],
    ...[both(part(1, 0, 1_600_000_000n), part(2, 0, 999_999_999n)), part(1, 2, "x")],
  ],
  microTime: [
    ...[Buffer.alloc(0), part(1, 0, 0n), part(1, 0, -62_135_596_800n), part(2, 0, 5_000n)],
    ...[both(part(1, 0, 1_600_000_000n), part(2, 0, 123_456_789n)), both(part(1, 0, -1n), part(2, 0, 1_000n))],
  ],
  raw: [
    ...["{}", '{"a":1}', "null", "[]", "x", '"x"', "", '{"kind":"X","apiVersion":"v1"}', "{"].map((text) =>
      part(1, 2, text),
    ),
    ...[Buffer.alloc(0), part(1, 0, 1n)],
  ],
  any: ["{}", '{"a":1}', "null", "[]", "x", "1"].map((text) => part(1, 2, text)),
};
