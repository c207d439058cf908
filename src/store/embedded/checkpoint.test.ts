import assert from "node:assert/strict";
import { test } from "node:test";
import { Versions } from "../memory/index.ts";
import { CheckpointReader, encodeCheckpoint, readCheckpoint } from "./checkpoint.ts";

const REVISION = 40;

function checkpoint(): Buffer {
  const versions = Versions.empty();
  for (let index = 0; index < 30; index++) {
    const value = Buffer.alloc(index * 20_000, index);
    versions.load({
      key: `/key/${String(index).padStart(2, "0")}`,
      value,
      createRevision: 1,
      modRevision: index + 1,
      version: 1,
      lease: 0,
    });
  }
  versions.loaded(REVISION);
  return Buffer.concat([...encodeCheckpoint({ versions, leases: [{ id: 7, ttlSeconds: 60 }], revision: REVISION })]);
}

test("a checkpoint that is read in pieces holds what it holds as a whole", () => {
  const bytes = checkpoint();
  const whole = [...readCheckpoint(bytes, REVISION, "all")];
  assert.equal(whole.length, 31);
  for (const pieceBytes of [700_000, 1_000_000, bytes.length - 1, bytes.length * 2]) {
    const reader = new CheckpointReader(REVISION, "pieces");
    const found = [];
    while (reader.offset < bytes.length)
      found.push(...reader.read(bytes.subarray(reader.offset, reader.offset + pieceBytes)));
    reader.finish();
    assert.deepEqual(found, whole, `${pieceBytes} bytes at a time`);
  }
});

test("a piece that doesn't hold a whole frame is read again with more of the file", () => {
  const bytes = checkpoint();
  const reader = new CheckpointReader(REVISION, "pieces");
  assert.deepEqual([...reader.read(bytes.subarray(0, 100))], []);
  const { offset } = reader;
  assert.ok(offset > 0 && offset < 100);
  assert.equal([...reader.read(bytes.subarray(offset))].length, 31);
  reader.finish();
});

test("a checkpoint without its end is refused", () => {
  const bytes = checkpoint();
  const reader = new CheckpointReader(REVISION, "pieces");
  assert.ok([...reader.read(bytes.subarray(0, bytes.length - 1))].length > 0);
  assert.throws(() => reader.finish(), { code: "corrupt" });
});
