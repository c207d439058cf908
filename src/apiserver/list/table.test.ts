import assert from "node:assert/strict";
import { test } from "node:test";
import { kindFor, type KubeObject, PartialObjectMetadataList } from "../../api/index.ts";
import { realClock } from "../../base/index.ts";
import { readBody } from "../../net/index.ts";
import { encodeProtoObject, goJson } from "../../schema/index.ts";
import { encodeStored } from "../stored/encoding.ts";
import { StoredObject } from "../stored/stored.ts";
import { longMetadataList, longMetadataListProto, longTable, partialMetadata, tableOf } from "./table.ts";

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

test("a table and a list of metadata that are made row by row say what they say as a whole", async () => {
  for (const count of [0, 1, 600]) {
    const items = pods(count);
    const head = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata };
    const list = { ...head, items: items.map(({ object }) => partialMetadata(object)) };
    assert.equal(await text(longMetadataList(head, { items, clock })), `${goJson(list)}\n`);
    const proto = await readBody(
      await longMetadataListProto(head, { metadata, items, clock }),
      Number.POSITIVE_INFINITY,
    );
    assert.deepEqual(Buffer.from(proto), Buffer.from(encodeProtoObject(PartialObjectMetadataList, list)));
    for (const includeObject of ["None", "Metadata", "Object"] as const) {
      const format = { encoding: "json", as: "table", pretty: false } as const;
      const call = { metadata, nowMs: clock.now(), format, includeObject };
      assert.equal(
        await text(longTable(kind, { ...call, items, clock })),
        `${goJson(tableOf(kind, items, call))}\n`,
        `${count} rows with ${includeObject}`,
      );
    }
  }
});
