import assert from "node:assert/strict";
import { test } from "node:test";
import { type KindDefinition, kinds, canonicalQuantity, groupVersion } from "../../api/index.ts";
import { realClock } from "../../base/index.ts";
import { readBody } from "../../net/index.ts";
import { decodeJson, encodeProtoObject, goJson } from "../../schema/index.ts";
import { listHead } from "./list.ts";
import { listJson, listProto, protoObject } from "./body.ts";
import { encodeStored, orderedMetadata } from "../stored/encoding.ts";
import { StoredObject } from "../stored/stored.ts";

const clock = realClock();
const stored = kinds.filter((kind) => !kind.storage);

/** Objects of any kind: names of every length, texts that need escapes or several bytes, uids among the labels. */
function fixtures(kind: KindDefinition, count: number): StoredObject[] {
  return Array.from({ length: count }, (_, index) => {
    const metadata = {
      name: `n${"a".repeat(index % 60)}`,
      ...(kind.scope === "Namespaced" && { namespace: "default" }),
      uid: `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
      creationTimestamp: "2026-11-25T20:00:00Z",
      labels: { uid: `"uid":"x"`, long: "é".repeat(index), html: "<&>\u2028" },
      annotations: { text: "x".repeat((index * 37) % 4000), "": `{"metadata":{"uid":"y"}}` },
    };
    const value = { kind: kind.kind, apiVersion: groupVersion(kind), metadata };
    const object = orderedMetadata(decodeJson(kind.struct, value, { quantity: canonicalQuantity }).value);
    const entry = { key: `/k/${index}`, createRevision: 1, modRevision: index + 7, version: 1, lease: 0 };
    return new StoredObject({ ...entry, value: encodeStored(kind, object, "application/json").value });
  });
}

const text = async (response: Parameters<typeof readBody>[0]) =>
  Buffer.from(await readBody(response, Number.POSITIVE_INFINITY)).toString("utf8");

const metadata = { resourceVersion: "77", continue: "é", remainingItemCount: 3 };

test("a list made of stored bytes says what a list of the objects says, for every kind and both encodings", async () => {
  for (const kind of stored) {
    const items = fixtures(kind, 12);
    const head = listHead(kind);
    const objects = items.map(({ object }) => object);
    const bare = objects.map(({ kind: _, apiVersion: __, ...rest }) => rest);
    const call = { head, metadata, items, clock };
    assert.equal(
      await text(listJson({ ...call, part: "withoutType" })),
      `${goJson({ ...head, metadata, items: bare })}\n`,
      kind.kind,
    );
    assert.equal(
      await text(listJson({ ...call, part: "whole" })),
      `${goJson({ ...head, metadata, items: objects })}\n`,
    );
    const plain = encodeProtoObject(kind.list, { ...head, metadata, items: objects } as never);
    assert.ok(Buffer.compare(await readBody(await listProto(kind, call)), plain) === 0, `${kind.kind} in protobuf`);
    for (const one of items) {
      const alone = encodeProtoObject(kind.struct, one.object);
      assert.ok(Buffer.compare(protoObject(kind, one), alone) === 0, `one ${kind.kind} in protobuf`);
    }
  }
});

test("a long list is sent in pieces that make the same whole", async () => {
  const kind = stored.find(({ kind }) => kind === "Pod")!;
  const items = fixtures(kind, 600);
  const call = { head: listHead(kind), metadata, items, clock };
  const json = listJson({ ...call, part: "withoutType" });
  const proto = await listProto(kind, call);
  assert.equal(json.body.type, "stream");
  assert.equal(proto.body.type, "stream");
  const bare = items.map(({ object: { kind: _, apiVersion: __, ...rest } }) => rest);
  assert.equal(await text(json), `${goJson({ ...call.head, metadata, items: bare })}\n`);
  const objects = items.map(({ object }) => object);
  const plain = encodeProtoObject(kind.list, { ...call.head, metadata, items: objects } as never);
  assert.ok(Buffer.compare(await readBody(proto, Number.POSITIVE_INFINITY), plain) === 0);
});

test("an object that was let go of is made again as it was", () => {
  for (const one of fixtures(stored.find(({ kind }) => kind === "ConfigMap")!, 30)) {
    const { object } = one;
    const json = one.jsonLine();
    assert.equal(json.toString("utf8"), `${goJson(object)}\n`);
    assert.equal(object.metadata.resourceVersion, String(one.revision));
    one.cool();
    assert.notEqual(one.object, object);
    assert.deepEqual(one.object, object);
    assert.deepEqual(one.jsonLine(), json);
  }
});
