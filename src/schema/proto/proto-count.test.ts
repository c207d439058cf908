import assert from "node:assert/strict";
import { test } from "node:test";
import { hasManyFields } from "./proto-count.ts";
import { ProtoWriter } from "./proto-wire.ts";

function encoded(write: (writer: ProtoWriter) => void): Uint8Array {
  const writer = new ProtoWriter();
  writer.raw(Buffer.from("k8s\0"));
  write(writer);
  return writer.finish();
}

/** One message in another, with a field each. */
function nested(writer: ProtoWriter, depth: number): void {
  writer.tag(1, 0);
  writer.varint(300);
  if (depth > 0) writer.message(2, () => nested(writer, depth - 1));
}

const check = (what: string, bytes: Uint8Array, count: number) =>
  test(`${what}: ${count} fields`, () => {
    assert.equal(hasManyFields(bytes, count), false);
    assert.equal(hasManyFields(bytes, count - 1), true);
  });

check(
  "numbers of all sizes",
  encoded((writer) => {
    for (const value of [0, 127, 128, 2 ** 40]) {
      writer.tag(3, 0);
      writer.varint(value);
    }
    writer.tag(4, 1);
    writer.double(1.5);
    writer.tag(5, 5);
    writer.raw(Buffer.alloc(4));
  }),
  6,
);
check(
  "messages in messages",
  encoded((writer) => nested(writer, 20)),
  41,
);
check(
  "empty messages",
  encoded((writer) => {
    for (let index = 0; index < 1_000; index++) writer.message(13, () => {});
  }),
  1_000,
);
check(
  "text that is no message",
  encoded((writer) => writer.text(1, "\u0007".repeat(1_000))),
  1,
);

test("what is nested very deep has more than any number of fields", () => {
  assert.equal(
    hasManyFields(
      encoded((writer) => nested(writer, 200)),
      1_000,
    ),
    true,
  );
});

test("what is cut short is counted as far as it goes", () => {
  const whole = encoded((writer) => nested(writer, 3));
  for (let length = 0; length < whole.length; length++)
    assert.equal(hasManyFields(whole.subarray(0, length), 10), false);
});
