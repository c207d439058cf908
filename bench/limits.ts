import { gzipSync } from "node:zlib";
import { ConfigMap } from "../src/api/index.ts";
import {
  ERROR,
  FLAG,
  frame,
  FRAME,
  headerBlock,
  RawHttp2,
  requestFields,
  uint32,
} from "../src/net/http2/testing/raw-http2.ts";
import { encodeProtoObject } from "../src/schema/index.ts";
import { type Call, Connections } from "./harness/load.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";
import { stallRow } from "./harness/stall.ts";

const CALLS = 10;
const FRAMES = 200_000;
const BATCH = 500;
const CONFIGMAPS = "/api/v1/namespaces/default/configmaps";
const BODY_BYTES = 3 * 1024 * 1024 - 100;

/** What requests and frames at the limits cost the server, refused or not. */
export const limits: Scenario = {
  name: "limits",
  about:
    "the server's CPU time for requests at the limits and for floods of HTTP/2 frames, and how long one holds up others; most are refused",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, 1);
    for (const object of [{ metadata: { name: "a" }, data: { k: "v" } }, wideObject()])
      await connections.call({ method: "POST", path: CONFIGMAPS, body: JSON.stringify(object) });
    const rows: Row[] = [];
    for (const [what, call] of [...hostileCalls(), ...wideCalls()]) {
      const count = scaled(CALLS, scale);
      // The first one compiles what it runs.
      await connections.call(call);
      await stallRow(connections, what);
      const before = server.cpuSeconds();
      let status = 0;
      for (let index = 0; index < count; index++) ({ status } = await connections.call(call));
      rows.push({
        what: `${what} (${status})`,
        value: ((server.cpuSeconds() - before) * 1e3) / count,
        unit: "ms of CPU",
      });
      rows.push(await stallRow(connections, what));
    }
    for (const [what, make] of floods()) rows.push(...(await flood(server, what, make, scaled(FRAMES, scale))));
    rows.push({ what: "memory after all of it", value: server.rssBytes() / 1e6, unit: "MB" });
    return rows;
  },
};

function post(body: string | Uint8Array, type = "application/json"): Call {
  return { method: "POST", path: `${CONFIGMAPS}?dryRun=All`, body, type };
}

function patch(body: unknown, type: string): Call {
  return { method: "PATCH", path: `${CONFIGMAPS}/a?dryRun=All`, body: JSON.stringify(body), type };
}

/** Entries until a text of `make(index)` each fills a body. */
function fill(make: (index: number) => string, bytes = BODY_BYTES): string {
  return make(0).repeat(Math.floor(bytes / make(0).length));
}

function hostileCalls(): readonly (readonly [string, Call])[] {
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const keysOf = (count: number) => times(count, (index) => `"k${index}":"v"`).join();
  const [keys, manyKeys] = [keysOf(50_000), keysOf(200_000)];
  return [
    ["one small object, to compare", post(JSON.stringify({ metadata: { name: "b" }, data: { k: "v" } }))],
    ["a body over 3 MiB", post("x".repeat(BODY_BYTES + 1000))],
    ["a packed body", post(gzipSync(Buffer.alloc(50_000_000)))],
    ["3 MiB of brackets", post("[".repeat(BODY_BYTES))],
    [
      "3 MiB of a key given again and again",
      post(`{"metadata":{"name":"b"},"data":{${fill(() => '"a":"b",')}"a":"b"}}`),
    ],
    ["an object of 1 MiB", post(JSON.stringify({ metadata: { name: "b" }, data: { k: "x".repeat(1_000_000) } }))],
    ["an object of 50,000 keys", post(`{"metadata":{"name":"b"},"data":{${keys}}}`)],
    ["an object of 200,000 keys, one given twice", post(`{"metadata":{"name":"b"},"data":{${manyKeys},"k7":"v"}}`)],
    [
      "an object of 15,000 owners",
      post(
        JSON.stringify({
          metadata: {
            name: "b",
            ownerReferences: times(15_000, (index) => ({ apiVersion: "v1", kind: "A", name: "x", uid: `${index}` })),
          },
        }),
      ),
    ],
    [
      "1 MiB of YAML, a map",
      post(`metadata: {name: b}\ndata:\n${times(80_000, (index) => `  k${index}: v\n`).join("")}`, "application/yaml"),
    ],
    [
      "3 MiB of YAML anchors",
      post(
        fill(() => "&a "),
        "application/yaml",
      ),
    ],
    [
      "3 MiB of YAML documents",
      post(`metadata: {name: b}\n${fill(() => "---\n", BODY_BYTES - 50)}`, "application/yaml"),
    ],
    [
      "10,000 patch operations",
      patch(
        times(10_000, (index) => ({ op: "add", path: `/data/k${index}`, value: "v" })),
        "application/json-patch+json",
      ),
    ],
    [
      "10,001 patch operations",
      patch(
        times(10_001, () => ({ op: "test", path: "/data/k", value: "v" })),
        "application/json-patch+json",
      ),
    ],
    ["60 KB of path", { method: "GET", path: `/${"x/".repeat(30_000)}` }],
    [
      "60 KB of label selector",
      { method: "GET", path: `${CONFIGMAPS}?labelSelector=${times(15_000, (index) => `a${index % 100}`).join()}` },
    ],
  ];
}

const WIDE = `${CONFIGMAPS}/wide`;

/** As many keys as there is room for in the store. */
function wideObject() {
  const entries = Array.from({ length: 100_000 }, (_, index) => [index.toString(36).padStart(4, "a"), ""]);
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "wide" }, data: Object.fromEntries(entries) };
}

/** Objects of many values, and what is asked of one that is stored. */
function wideCalls(): readonly (readonly [string, Call])[] {
  const wide = { ...wideObject(), metadata: { name: "b" } };
  const labels = Array.from({ length: 100_000 }, (_, index) => `"k${index}":"v"`).join();
  return [
    ["an object of 100,000 labels", post(`{"metadata":{"name":"b","labels":{${labels}}}}`)],
    ["100,000 keys in protobuf", post(encodeProtoObject(ConfigMap.struct, wide as never), PROTOBUF)],
    [
      "a patch of a stored object of 100,000 keys",
      { method: "PATCH", path: `${WIDE}?dryRun=All`, body: '{"data":{"k":"v"}}', type: "application/merge-patch+json" },
    ],
    ["that object in YAML", { method: "GET", path: WIDE, accept: "application/yaml" }],
    [
      "a table with that object",
      { method: "GET", path: CONFIGMAPS, accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    ],
  ];
}

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const NOTHING = new Uint8Array(0);

function floods(): readonly (readonly [string, (index: number) => Uint8Array])[] {
  const request = (index: number, flags: number) =>
    frame(FRAME.headers, flags, 2 * index + 1, headerBlock(requestFields()));
  return [
    [
      "reset requests",
      (index) =>
        Buffer.concat([
          request(index, FLAG.endStream | FLAG.endHeaders),
          frame(FRAME.reset, 0, 2 * index + 1, uint32(ERROR.cancel)),
        ]),
    ],
    ["requests that are never ended", (index) => request(index, FLAG.endHeaders)],
    [
      "a header block without an end",
      (index) => (index === 0 ? request(0, FLAG.endStream) : frame(FRAME.continuation, 0, 1, NOTHING)),
    ],
    ["settings", () => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 3), uint32(100)]))],
    ["pings", () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
    ["window updates", () => frame(FRAME.windowUpdate, 0, 0, uint32(1))],
  ];
}

/** Sends frames until the server ends the connection, or all are sent. */
async function flood(
  server: BenchServer,
  what: string,
  make: (index: number) => Uint8Array,
  countMax: number,
): Promise<readonly Row[]> {
  const attacker = await RawHttp2.connect(Number(new URL(server.access.url).port));
  const before = server.cpuSeconds();
  let sent = 0;
  while (!attacker.isOver && sent < countMax) {
    const size = Math.min(BATCH, countMax - sent);
    const frames = Array.from({ length: size }, (_, index) => make(sent + index));
    sent += size;
    if (!attacker.send(...frames)) await attacker.drained();
    await new Promise((resolve) => setImmediate(resolve));
  }
  attacker.close();
  return [
    { what: `flood of ${what}: until the connection ends`, value: sent, unit: "frames" },
    { what: `flood of ${what}: all of them`, value: (server.cpuSeconds() - before) * 1e3, unit: "ms of CPU" },
  ];
}
