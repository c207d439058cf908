import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytes, refused, write } from "../suite-tools.ts";
import { compareKeys, keyBytes, keyText, LAST_KEY } from "./keys.ts";
import { openMemoryStore } from "./memory.ts";

/** Bytes that are often text, and often nearly. */
const key = fc
  .array(
    fc.oneof(
      fc
        .constantFrom("/a", "é", "\u{d7ff}", "\u{e000}", "\ufffd", "\u{10000}", "\u{103ff}", "\u{10ffff}")
        .map(Buffer.from),
      fc
        .constantFrom("c3", "a9", "80", "bf", "ff", "f5", "eda080", "f0908d", "c080", "efbb", "61")
        .map((hex) => Buffer.from(hex, "hex")),
    ),
    { maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts));

test("keys of whatever bytes become text and the same bytes again, in the same order", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.deepEqual(keyBytes(keyText(a)), a);
      assert.equal(Math.sign(compareKeys(keyText(a), keyText(b))), Buffer.compare(a, b));
      assert.ok(compareKeys(keyText(a), LAST_KEY) < 0);
    }),
    { numRuns: 5000 },
  );
});

test("what is UTF-8 is what it says", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(keyText(Buffer.from(text)), text)));
});

test("text that would become another key's bytes is refused", async () => {
  await using store = openMemoryStore();
  const value = bytes("1");
  await write(store, { type: "put", key: "/\udcff", value });
  for (const wrong of ["/\udcc3\udca9", "/\ud800", "/\udc00", LAST_KEY, ""])
    await assert.rejects(write(store, { type: "put", key: wrong, value }), refused("invalid"));
});
