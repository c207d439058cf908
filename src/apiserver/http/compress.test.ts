import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readBody } from "../../net/index.ts";
import type { ApiRequest, ApiResponse } from "../../net/message.ts";
import { compressed, compressedStream, neverPacked, packedWhere } from "./compress.ts";

const asking = (encoding: string) => ({ headers: { "accept-encoding": encoding } }) as unknown as ApiRequest;
const answer = (body: ApiResponse["body"]): ApiResponse => ({ status: 200, headers: { a: "b" }, body });
const bytes = Buffer.from("0123456789abcdef".repeat(10_000));

async function* pieces() {
  for (let at = 0; at < bytes.length; at += 10_001) yield bytes.subarray(at, at + 10_001);
}

test("large answers and long lists are packed for those that take it", async () => {
  for (const packed of [
    await compressed(asking("br, gzip "), answer({ type: "bytes", bytes })),
    compressedStream(asking("gzip"), answer({ type: "stream", chunks: pieces() })),
  ]) {
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal(packed.headers.a, "b");
    assert.deepEqual(gunzipSync(await readBody(packed)), bytes);
  }
});

test("small answers, and all for others, stay as they are", async () => {
  const small = answer({ type: "bytes", bytes: bytes.subarray(0, 1000) });
  const large = answer({ type: "bytes", bytes });
  const stream = answer({ type: "stream", chunks: pieces() });
  assert.equal(await compressed(asking("gzip"), small), small);
  for (const encoding of ["identity", "gzip;q=1", "GZIP", "*"])
    assert.equal(await compressed(asking(encoding), large), large);
  assert.equal(compressedStream(asking(""), stream), stream);
});

test("some answers are packed whatever their size, some never", async () => {
  const small = answer({ type: "bytes", bytes: bytes.subarray(0, 1000) });
  const wanted = (encoding: string) =>
    packedWhere(asking(encoding), { ...small }, (all) => (all.get("gzip") ?? 0) > 0.4);
  assert.equal((await wanted("br, gzip;q=0.5")).headers["content-encoding"], "gzip");
  for (const encoding of ["gzip;q=0", "gzip; q=0.4", "gzip;q=x", "", "br"])
    assert.equal((await wanted(encoding)).headers["content-encoding"], undefined);
  const large = neverPacked(answer({ type: "bytes", bytes }));
  assert.equal(await compressed(asking("gzip"), large), large);
});

test("who leaves in the middle of a packed list ends its source", async () => {
  let isOver = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(100_000, "some text");
    } finally {
      isOver = true;
    }
  }
  const { body } = compressedStream(asking("gzip"), answer({ type: "stream", chunks: endless() }));
  assert.equal(body.type, "stream");
  for await (const chunk of body.type === "stream" ? body.chunks : []) if (chunk.length > 0) break;
  for (let turn = 0; turn < 100 && !isOver; turn++) await new Promise(setImmediate);
  assert.ok(isOver);
});
