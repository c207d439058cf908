import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { loadProtocol, type ProtocolDescriptor, WireWriter, WRITE_MESSAGE } from "../../net/index.ts";
import descriptor from "../etcd-v3.json" with { type: "json" };
import type { Change, Entry } from "../store.ts";
import { encodeEvent, header, RangeResponse, WatchEvents } from "./encode.ts";
import { keyBytes } from "../memory/index.ts";
import { keyValue } from "./messages.ts";

const protocol = loadProtocol(descriptor as unknown as ProtocolDescriptor);
const random = seededRandom("messages");
const member = { name: "default", clusterId: 0xfedc_ba98_7654_3210n, memberId: 300n };
const plainHeader = (revision: number) => ({ clusterId: member.clusterId, memberId: 300n, revision, raftTerm: 2 });

function entry(): Entry {
  const size = [0, 1, 127, 128, 1000, 70_000][random.int(6)]!;
  const number = () => [0, 1, 127, 128, 1_000_000, 2 ** 40][random.int(6)]!;
  return {
    key: `/k${"é".repeat(random.int(200))}`,
    value: new Uint8Array(size).fill(random.int(256)),
    createRevision: number(),
    modRevision: number(),
    version: number(),
    lease: number(),
  };
}

function check(message: string, prepared: RangeResponse | WatchEvents, plain: object): void {
  const writer = new WireWriter();
  writer.reserve(prepared.bytesMax);
  prepared[WRITE_MESSAGE](writer);
  assert.ok(writer.length <= prepared.bytesMax);
  assert.deepEqual(Buffer.from(writer.finish()), Buffer.from(protocol.codec(message).encode(plain)));
}

test("ranges are written as the codec writes them", () => {
  for (let round = 0; round < 200; round++) {
    const entries = Array.from({ length: random.int(4) }, entry);
    const [revision, more, count] = [1 + random.int(1e6), random.int(2) === 1, random.int(3) * 100];
    check("etcdserverpb.RangeResponse", new RangeResponse({ header: header(member, revision), entries, more, count }), {
      header: plainHeader(revision),
      kvs: entries.map(keyValue),
      more,
      count,
    });
  }
});

test("watches' events are written as the codec writes them", () => {
  for (let round = 0; round < 200; round++) {
    const changes = Array.from({ length: 1 + random.int(3) }, (): Change => {
      const previous = random.int(2) === 1 ? entry() : undefined;
      return random.int(2) === 1
        ? { type: "put", entry: entry(), previous }
        : { type: "delete", key: `/gone${random.int(10)}`, revision: 1 + random.int(1e6), previous };
    });
    const [revision, watchId, fragment] = [1 + random.int(1e6), random.int(300), random.int(2) === 1];
    const events = changes.map(encodeEvent);
    check(
      "etcdserverpb.WatchResponse",
      new WatchEvents({ header: header(member, revision), watchId, fragment, events }),
      { header: plainHeader(revision), watchId, fragment, events: changes.map(plainEvent) },
    );
  }
});

function plainEvent(change: Change): object {
  const prevKv = change.previous && keyValue(change.previous);
  if (change.type === "put") return { type: "PUT", kv: keyValue(change.entry), prevKv };
  return { type: "DELETE", kv: { key: keyBytes(change.key), modRevision: change.revision }, prevKv };
}
