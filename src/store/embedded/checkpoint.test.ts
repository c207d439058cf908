import assert from "node:assert/strict";
import { test } from "node:test";
import { Versions } from "../memory/index.ts";
import { CheckpointReader, encodeCheckpoint } from "./checkpoint.ts";

const REVISION = 40;
const WHOLE = { revision: REVISION, start: "", end: undefined };

function checkpoint(entryCount = 30): Buffer {
  const versions = Versions.empty();
  for (let index = 0; index < entryCount; index++) {
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
  const moment = { timeMs: 123_456, revision: 39 };
  const rest = { leases: [{ id: 7, ttlSeconds: 60 }], reserved: 50, moment };
  return Buffer.concat([...encodeCheckpoint({ versions, revision: REVISION, rest: () => rest })]);
}

/** What a reader finds in pieces of a size, and the reader. */
function read(bytes: Buffer, pieceBytes: number) {
  const found: unknown[] = [];
  const reader = new CheckpointReader("pieces", {
    // With bytes of one kind, so that views compare like what they show.
    entry: (entry) => found.push({ ...entry, value: Buffer.from(entry.value) }),
    lease: (lease) => found.push(lease),
    reserved: (revision) => found.push(revision),
    moment: (moment) => found.push(moment),
  });
  for (let offset = 0; offset < bytes.length; offset += pieceBytes)
    reader.push(bytes.subarray(offset, offset + pieceBytes));
  return { found, reader };
}

test("a checkpoint that is read in pieces holds what it holds as a whole", () => {
  for (const [entryCount, ...sizes] of [
    [3, 1, 7, 39, 41],
    [30, 20_000, 700_000, 1_000_000],
  ] as const) {
    const bytes = checkpoint(entryCount);
    const { found: whole, reader } = read(bytes, bytes.length);
    assert.deepEqual(reader.end(), WHOLE);
    assert.equal(whole.length, entryCount + 3);
    for (const pieceBytes of [...sizes, bytes.length - 1]) {
      const { found, reader: again } = read(bytes, pieceBytes);
      assert.deepEqual(again.end(), WHOLE);
      assert.deepEqual(found, whole, `${pieceBytes} bytes at a time`);
    }
  }
});

test("a checkpoint without its end, or with more after it, is refused", () => {
  const bytes = checkpoint();
  const { found, reader } = read(bytes.subarray(0, -1), 100_000);
  assert.ok(found.length > 0);
  assert.throws(() => reader.end(), { code: "corrupt" });
  assert.throws(() => read(Buffer.concat([bytes, bytes.subarray(40)]), 100_000), { code: "corrupt" });
  assert.throws(() => read(Buffer.alloc(0), 1).reader.end(), { code: "corrupt" });
});

test("what is no frame is refused before all that seems to belong to it has been read", () => {
  const bytes = checkpoint();
  bytes.writeUInt32BE(0xffff_0000, 44);
  assert.throws(() => read(bytes.subarray(0, 2000), 100), { code: "corrupt" });
});
