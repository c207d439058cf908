/** Whatever the bytes, whoever made them: an answer or the named error, soon. Each run is told by its seed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { crc32 } from "node:zlib";
import { type Random, realClock, seededRandom, silentLog } from "../base/index.ts";
import { GrpcError, loadService, type ProtocolDescriptor } from "../net/index.ts";
import { FRAME_HEADER_BYTES, frameAt, HEADER_BYTES } from "./embedded/format.ts";
import { openEmbeddedStore, readSnapshot, SimulatedDisk } from "./embedded/index.ts";
import { StoreError } from "./errors.ts";
import descriptor from "./etcd-v3.json" with { type: "json" };
import { metaChecksum, PAGE_HEADER_BYTES } from "./snapshot/bolt-format.ts";
import { PAGE_BYTES } from "./snapshot/bolt-write.ts";
import { encodeEtcdSnapshot } from "./snapshot/index.ts";
import { bytes, put, remove, write } from "./suite-tools.ts";

const RUNS = Number(process.env.NAVARCH_FUZZ_RUNS ?? 400);
const FIRST_SEED = Number(process.env.NAVARCH_FUZZ_SEED ?? 1);
const LIMIT_MS = 5000;
const SHA256_BYTES = 32;
const clock = realClock();

/** Numbers that are at the edge of something. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];

/** Changes, cuts, doubles or moves some bytes. */
function mutate(original: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(original);
  for (let count = 1 + random.int(4); count > 0 && mutated.length > 0; count--) {
    const at = random.int(mutated.length);
    const length = Math.min(1 + random.int(8), mutated.length - at);
    const pick = random.int(10);
    if (pick < 4) mutated[at] = random.int(256);
    else if (pick < 7) mutated.fill(EDGES[random.int(EDGES.length)]!, at, at + length);
    else if (pick === 7) mutated.copy(mutated, random.int(mutated.length), at, at + length * random.int(40));
    else if (pick === 8) mutated = mutated.subarray(0, at);
    else mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + length)]);
  }
  return mutated;
}

/** Runs a reader on `runs` mutations; anything but an answer or its named error is a failure. */
async function fuzz(runs: number, read: (random: Random) => unknown, isNamed: (error: unknown) => boolean) {
  let refused = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed++) {
    const startedMs = clock.monotonicMs();
    try {
      await read(seededRandom(`fuzz/${seed}`));
    } catch (error) {
      if (!isNamed(error))
        throw new Error(`NAVARCH_FUZZ_SEED=${seed} NAVARCH_FUZZ_RUNS=1: not a named error`, { cause: error });
      refused++;
    }
    const tookMs = clock.monotonicMs() - startedMs;
    assert.ok(tookMs < LIMIT_MS, `seed ${seed} took ${tookMs} ms`);
  }
  // Mutations that nothing ever comes of would try nothing.
  if (runs >= 100) assert.ok(refused > 0, "nothing was ever refused");
}

const isCorrupt = (error: unknown) =>
  error instanceof StoreError && (error.code === "corrupt" || error.code === "newerFormat");

/** Mutated inside, with checksums that are right again: so the mutation gets further than the first check. */
function remadeBolt(original: Buffer, random: Random): Buffer {
  const file = mutate(original.subarray(0, -SHA256_BYTES), random);
  for (const page of [0, 1]) {
    const start = page * PAGE_BYTES + PAGE_HEADER_BYTES;
    if (file.length < start + 64) break;
    const meta = file.subarray(start, start + 64);
    meta.writeBigUInt64LE(metaChecksum(meta), 56);
  }
  return Buffer.concat([file, createHash("sha256").update(file).digest()]);
}

function remadeFrames(original: Buffer, random: Random): Buffer {
  const frames: Buffer[] = [original.subarray(0, HEADER_BYTES)];
  for (let frame = frameAt(original, HEADER_BYTES), at = HEADER_BYTES; frame; frame = frameAt(original, at)) {
    const whole = original.subarray(at, frame.end);
    const payload = random.int(4) === 0 ? mutate(frame.payload, random) : frame.payload;
    const made = Buffer.concat([whole.subarray(0, FRAME_HEADER_BYTES), payload]);
    made.writeUInt32BE(payload.length, 4);
    made.writeUInt32BE(crc32(made.subarray(12)), 8);
    frames.push(made);
    at = frame.end;
  }
  return Buffer.concat(frames);
}

/** The files of a store that has seen everything: puts, deletes, leases, a compaction. */
async function storeFiles(): Promise<{ files: Map<string, Buffer>; snapshot: Buffer }> {
  const disk = new SimulatedDisk();
  const options = { directory: disk, clock, log: silentLog, compactIntervalMs: 0, segmentBytesMax: 2000 };
  const store = await openEmbeddedStore(options);
  await store.grantLease({ ttlSeconds: 100, id: 5 });
  for (let index = 0; index < 40; index++) await write(store, put(`/k${index % 9}`, "v".repeat(index * 5)));
  await write(store, { type: "put", key: "/leased", value: bytes("x"), lease: 5 });
  await store.compact(30);
  await write(store, remove("/k3"));
  await store.revokeLease(5);
  const pieces: Uint8Array[] = [];
  for await (const piece of store.snapshot()) pieces.push(piece);
  await store.close();
  const files = new Map<string, Buffer>();
  const left = disk.takeover();
  for (const { name, sizeBytes } of await left.list())
    files.set(name, Buffer.from(await left.read(name, 0, sizeBytes)));
  return { files, snapshot: Buffer.concat(pieces) };
}

suite("mutated bytes", () => {
  const entry = { createRevision: 3, version: 1, lease: 0 };
  const etcd = Buffer.concat([
    ...encodeEtcdSnapshot({
      revision: 900,
      entries: Array.from({ length: 300 }, (_, index) => {
        return { ...entry, key: `/k/${index}`, modRevision: 3 + index, value: Buffer.alloc((index * 53) % 300) };
      }),
      leases: [{ id: 9, ttlSeconds: 60 }],
    }),
  ]);

  test("etcd's snapshot reader", async () => {
    assert.equal([...readSnapshot(etcd, "etcd").entries].length, 300);
    await fuzz(RUNS, (random) => readSnapshot(mutate(etcd, random), "etcd"), isCorrupt);
    await fuzz(RUNS, (random) => readSnapshot(remadeBolt(etcd, random), "etcd"), isCorrupt);
  });

  test("our snapshot reader", async () => {
    const { snapshot } = await storeFiles();
    assert.ok([...readSnapshot(snapshot, "own").entries].length > 0);
    await fuzz(RUNS, (random) => readSnapshot(mutate(snapshot, random), "own"), isCorrupt);
    await fuzz(RUNS, (random) => readSnapshot(remadeFrames(snapshot, random), "own"), isCorrupt);
  });

  test("the log reader", async () => {
    const { files } = await storeFiles();
    const names = [...files.keys()];
    for (const change of [mutate, remadeFrames])
      await fuzz(
        RUNS,
        async (random) => {
          const disk = new SimulatedDisk();
          const victim = names[random.int(names.length)]!;
          for (const [name, content] of files)
            await disk.write(name, 0, Uint8Array.from(name === victim ? change(content, random) : content));
          const options = { directory: disk, clock, log: silentLog, compactIntervalMs: 0 };
          await using store = await openEmbeddedStore(options);
          await store.range({ start: "", end: "~" });
        },
        isCorrupt,
      );
  });

  test("the decoder of gRPC messages", async () => {
    const services = Object.keys(descriptor.services);
    const methods = services.flatMap((name) => [
      ...loadService(descriptor as unknown as ProtocolDescriptor, name).methods,
    ]);
    const request = {
      compare: [{ result: "EQUAL", target: "MOD", key: bytes("/a"), modRevision: 7 }],
      success: [{ requestPut: { key: bytes("/a"), value: bytes("value"), lease: 2 ** 40 } }],
      failure: [{ requestRange: { key: bytes("/a"), rangeEnd: bytes("/b"), limit: 500 } }],
    };
    const txn = methods.find(({ name }) => name === "Txn")!;
    const message = Buffer.from(txn.frameRequest(request as never)).subarray(5);
    const isGrpc = (error: unknown) => error instanceof GrpcError;
    await fuzz(
      RUNS * 5,
      (random) => {
        const mutated = mutate(message, random);
        for (const method of random.int(2) === 0 ? [txn] : methods) method.decodeRequest(mutated);
      },
      isGrpc,
    );
    const noise = (random: Random) => Buffer.from(Array.from({ length: random.int(60) }, () => random.int(256)));
    await fuzz(RUNS * 5, (random) => methods[random.int(methods.length)]!.decodeResponse(noise(random)), isGrpc);
  });
});
