import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { groupVersion, type KindDefinition, type KubeObject, kinds } from "../../api/index.ts";
import { encodeProtoObject } from "../../schema/index.ts";
import { encodeStored, isProtobuf, storedJson } from "./encoding.ts";
import { StoredObject, storageKey } from "./stored.ts";

interface StoredFact {
  readonly storedAs: string;
  readonly kind: string;
  readonly encoding: "json" | "protobuf";
  readonly exampleKey: string;
}

interface Vector {
  readonly json: KubeObject;
  readonly protobuf: string;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8"));
const facts: readonly StoredFact[] = read("etcd-storage.json");
const vectors: readonly Vector[] = read("../../../schema/testdata/proto-vectors.json").objects;
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const kindOf = (kind: string, apiVersion?: string) =>
  kinds.find((one) => one.kind === kind && (apiVersion === undefined || groupVersion(one) === apiVersion));
const REQUIRED: Readonly<Record<string, object>> = { CustomResourceDefinition: { spec: { versions: [] } } };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const entry = (value: Uint8Array) => ({ key: "k", value, createRevision: 1, modRevision: 7, version: 1, lease: 0 });

suite("what lies in the store", () => {
  for (const { storedAs, kind: name, encoding, exampleKey } of facts)
    test(`a ${name} lies at ${exampleKey} as ${storedAs} in ${encoding}`, (t) => {
      const kind = kindOf(name) as KindDefinition;
      if (!kind || exampleKey.includes("<")) return t.skip("no object that is served");
      const [namespace = "", object = ""] = exampleKey.split("/").slice(kind.scope === "Namespaced" ? -2 : -1);
      const names = kind.scope === "Namespaced" ? { namespace, name: object } : { namespace: "", name: namespace };
      assert.equal(storageKey(kind, names.namespace, names.name), exampleKey);
      const made = {
        kind: name,
        apiVersion: groupVersion(kind),
        metadata: { name: names.name, uid: "u" },
        ...REQUIRED[name],
      };
      const { value } = encodeStored(kind, made as unknown as KubeObject, PROTOBUF);
      assert.equal(isProtobuf(value), encoding === "protobuf");
      const type = isProtobuf(value) ? text(value) : (JSON.parse(text(value)) as KubeObject).apiVersion;
      assert.ok(type.includes(storedAs), `${type} has ${storedAs}`);
    });

  for (const { json, protobuf } of vectors)
    test(`a ${json.kind} of the original is read as it was, and written in the same bytes`, (t) => {
      const kind = kindOf(json.kind, json.apiVersion);
      if (!kind || kind.storage) return t.skip("no version that is stored");
      const original = Uint8Array.from(Buffer.from(protobuf, "base64"));
      const modRevision = Number(json.metadata.resourceVersion);
      const stored = new StoredObject({ ...entry(original), modRevision });
      assert.deepEqual(stored.object, json);
      // The original keeps the spaces in what it doesn't understand.
      if (!text(original).includes('": '))
        assert.deepEqual(Buffer.from(encodeProtoObject(kind.struct, stored.object)), Buffer.from(original));
      // Ours is the same but for the version, which the store knows.
      const ours = encodeStored(kind, stored.object, PROTOBUF);
      const again = new StoredObject({ ...entry(ours.value), modRevision });
      assert.equal(text(again.jsonLine()), text(stored.jsonLine()));
    });

  test("a job of the original has the labels of its pods, which it is stored without", () => {
    const labels = { "batch.kubernetes.io/controller-uid": "u", app: "a" };
    const template = { metadata: { labels }, spec: { containers: [] } };
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j", uid: "u" }, spec: { template } };
    const value = encodeProtoObject(kindOf("Job")!.struct, job);
    assert.deepEqual(new StoredObject(entry(value)).object.metadata.labels, labels);
  });

  test("JSON of the original, in its order of fields, is served in ours", () => {
    const custom = {
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { name: "a", ownerReferences: [{ uid: "another" }], uid: "own" },
      spec: { z: 1, a: 2 },
    };
    const value = new TextEncoder().encode(`${JSON.stringify(custom)}\n`);
    const { metadata } = new StoredObject(entry(value)).object;
    assert.deepEqual([metadata.uid, metadata.resourceVersion], ["own", "7"]);
    assert.equal((metadata as unknown as typeof custom.metadata).ownerReferences[0]!.uid, "another");
  });

  test("our own JSON is served as the bytes that are stored", () => {
    const value = new TextEncoder().encode('{"kind":"Thing","metadata":{"name":"a","uid":"own"}}');
    assert.equal(storedJson(value), value);
  });

  test("an object of a kind that nobody knows says so", () => {
    const strange = { kind: "Nothing", apiVersion: "example.com/v9", metadata: { name: "a" } };
    const value = encodeProtoObject(kindOf("ConfigMap")!.struct, strange);
    assert.throws(() => storedJson(value), /no kind "Nothing" is registered for version "example.com\/v9"/);
  });
});
