import assert from "node:assert/strict";
import { test } from "node:test";
import { kindFor, type KubeObject, PartialObjectMetadataList } from "../../api/index.ts";
import { realClock } from "../../base/index.ts";
import { readBody } from "../../net/index.ts";
import { encodeProtoObject } from "../../schema/index.ts";
import { encodeStored } from "../stored/encoding.ts";
import { StoredObject } from "../stored/stored.ts";
import { isLongList, longAnswer, type LongText } from "./long.ts";
import { longMetadataList, longMetadataListProto, longTable, partialMetadata, tableOf } from "./table.ts";
import { respond } from "../http/respond.ts";

const kind = kindFor({ group: "", version: "v1", kind: "Pod" })!;
const clock = realClock();
const metadata = { resourceVersion: "9" };

function pods(count: number): StoredObject[] {
  return Array.from({ length: count }, (_, index) => {
    const own = { name: `pod-${index}<>`, namespace: "default", uid: `u${index}`, labels: { long: "é".repeat(index) } };
    const object = { kind: "Pod", apiVersion: "v1", metadata: own, spec: {}, status: {} } as unknown as KubeObject;
    const { value } = encodeStored(kind, object, "application/json");
    return new StoredObject({ key: `/${index}`, value, createRevision: 1, modRevision: 2, version: 1, lease: 0 });
  });
}

const text = async (response: Parameters<typeof readBody>[0]) =>
  Buffer.from(await readBody(response, Number.POSITIVE_INFINITY)).toString("utf8");

const FORMATS = [
  { encoding: "json", pretty: false },
  { encoding: "json", pretty: true },
  { encoding: "yaml", pretty: false },
] as const;

test("lists, tables and lists of metadata that are made item by item say what they say as a whole", async () => {
  for (const count of [1, 600]) {
    const items = pods(count);
    const objects = items.map(({ object }) => object);
    const head = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata };
    const views = { ...head, items: objects.map((object) => partialMetadata(object)) };
    const proto = await readBody(
      await longMetadataListProto(head, { metadata, items, clock }),
      Number.POSITIVE_INFINITY,
    );
    assert.deepEqual(Buffer.from(proto), Buffer.from(encodeProtoObject(PartialObjectMetadataList, views)));
    for (const one of FORMATS) {
      const check = async (long: LongText, whole: unknown) => {
        const answer = await longAnswer({ items, clock, format: one }, long);
        const expected = respond(200, whole, { ...one, as: "object" });
        assert.equal(await text(answer!), await text(expected), `${count} items in ${JSON.stringify(one)}`);
        assert.deepEqual(answer!.headers, expected.headers);
      };
      await check(longMetadataList(head), views);
      const list = { kind: "PodList", apiVersion: "v1", metadata };
      await check({ head: list, at: "items", make: (object) => object }, { ...list, items: objects });
      for (const includeObject of ["None", "Metadata", "Object"] as const) {
        const call = { metadata, nowMs: clock.now(), format: { ...one, as: "table" as const }, includeObject };
        await check(longTable(kind, call), tableOf(kind, items, call));
      }
    }
  }
});

test("YAML that says something else than its JSON isn't made item by item", async () => {
  const items = pods(1);
  const make = () => ({ a: "\u007f" });
  const format = { encoding: "yaml", pretty: false } as const;
  const long = { head: { kind: "List" }, at: "items", make } as const;
  assert.equal(await longAnswer({ items, clock, format }, long), undefined);
});

test("a list is long by its items or by their bytes", () => {
  assert.equal(isLongList([]), false);
  assert.equal(isLongList(pods(199)), false);
  assert.equal(isLongList(pods(200)), true);
  const value = new Uint8Array(300_000);
  const large = new StoredObject({ key: "/a", value, createRevision: 1, modRevision: 2, version: 1, lease: 0 });
  assert.equal(isLongList([large]), true);
});
