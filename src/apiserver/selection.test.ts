import assert from "node:assert/strict";
import { test } from "node:test";
import { kindFor, type KubeObject } from "../api/index.ts";
import { encodeStored } from "./registry/encoding.ts";
import { StoredObject } from "./registry/stored.ts";
import { selection } from "./selection.ts";

const kind = kindFor({ group: "", version: "v1", kind: "Pod" })!;

function stored(labels: Readonly<Record<string, string>>, spec: object = {}): StoredObject {
  const metadata = { name: "a", namespace: "default", uid: "u", labels };
  const object = { kind: "Pod", apiVersion: "v1", metadata, spec } as unknown as KubeObject;
  const { value } = encodeStored(kind, object, "application/json");
  return new StoredObject({ key: "/k", value, createRevision: 1, modRevision: 1, version: 1, lease: 0 });
}

const PODS = [
  stored({ app: "web" }, { nodeName: "node-1" }),
  stored({ app: "web", tier: "" }, { nodeName: "node-10" }),
  stored({ "example.com/app": "web" }, { nodeSelector: { app: "web" } }),
  stored({ app: "web<1>" }),
  stored({}),
];
const QUERIES = [
  "labelSelector=app=web",
  "labelSelector=app in (web)",
  "labelSelector=app in (web,other)",
  "labelSelector=app!=web",
  "labelSelector=tier=",
  "labelSelector=example.com/app=web",
  "labelSelector=!app",
  "fieldSelector=spec.nodeName=node-1",
  "fieldSelector=spec.nodeName=",
  "fieldSelector=spec.nodeName!=node-1,metadata.name=a",
  "labelSelector=app=web&fieldSelector=spec.nodeName=node-10",
];

test("what is picked of the bytes is what matches when it is parsed", () => {
  for (const query of QUERIES) {
    const { matches, picks } = selection(kind, "default", new URLSearchParams(query));
    const wanted = PODS.map(({ object }) => matches(object));
    for (const pod of PODS) pod.cool();
    assert.deepEqual(PODS.map(picks), wanted, query);
  }
});

test("a pod whose bytes don't hold a wanted label isn't parsed", () => {
  const { picks } = selection(kind, "", new URLSearchParams("labelSelector=app=web"));
  const broken = new StoredObject({ ...PODS[4]!.entry, value: Buffer.from('{"metadata":{"uid":"u"') });
  assert.equal(picks(broken), false);
});
