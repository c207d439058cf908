import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { seededRandom } from "../base/index.ts";
import { HeldBytes } from "./held-bytes.ts";

test("a million pieces of one byte are few objects, and keep nothing else alive", () => {
  const held = new HeldBytes();
  const chunk = Buffer.alloc(65_536, 7);
  for (let at = 0; at < 1_000_000; at++) held.push(chunk.subarray(at % 65_536, (at % 65_536) + 1));
  const pieces = held.take();
  assert.ok(pieces.length < 500, `${pieces.length}`);
  assert.ok(Buffer.concat(pieces).equals(Buffer.alloc(1_000_000, 7)));
  const memory = pieces.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  assert.ok(memory < 1_100_000, `${memory}`);
});

test("what is taken is what was put in, in its order, whatever comes next", () => {
  const random = seededRandom("held");
  const held = new HeldBytes();
  for (let run = 0; run < 100; run++) {
    const chunks = Array.from({ length: random.int(20) }, () => Buffer.alloc(random.int(3000), random.int(256)));
    for (const chunk of chunks) held.push(chunk);
    const taken = held.take();
    held.push(Buffer.alloc(100, 1));
    held.push(Buffer.alloc(100, 2));
    assert.ok(Buffer.concat(taken).equals(Buffer.concat(chunks)));
    held.take();
    assert.ok(held.isEmpty);
  }
});
