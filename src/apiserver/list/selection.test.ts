import assert from "node:assert/strict";
import { test } from "node:test";
import { kindFor, type KubeObject } from "../../api/index.ts";
import { encodeStored } from "../stored/encoding.ts";
import { storageKey, StoredObject } from "../stored/stored.ts";
import { listOptions } from "./options.ts";
import { selection } from "./selection.ts";

const kind = kindFor({ group: "", version: "v1", kind: "Pod" })!;

function stored(labels: Readonly<Record<string, string>>, spec: object = {}, namespace = "default"): StoredObject {
  const metadata = { name: "a", namespace, uid: "u", labels };
  const object = { kind: "Pod", apiVersion: "v1", metadata, spec } as unknown as KubeObject;
  const { value } = encodeStored(kind, object, "application/json");
  return new StoredObject({
    key: storageKey(kind, namespace, "a"),
    value,
    createRevision: 1,
    modRevision: 1,
    version: 1,
    lease: 0,
  });
}

const PODS = [
  stored({ app: "web" }, { nodeName: "node-1" }),
  stored({ app: "web", tier: "" }, { nodeName: "node-10" }),
  stored({ "example.com/app": "web" }, { nodeSelector: { app: "web" } }),
  stored({ app: "web<1>" }),
  stored({ nodeName: "node-1" }),
  stored({ app: "web" }, { nodeName: "node-1" }, "default-too"),
  stored({}),
];
const QUERIES = [
  "",
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
  for (const query of QUERIES)
    for (const namespace of ["", "default"]) {
      const { matches, picks } = selection(kind, namespace, listOptions(new URLSearchParams(query)));
      const wanted = PODS.map(({ object }) => matches(object));
      for (const { entry } of PODS) assert.equal(picks(new StoredObject(entry)), wanted.shift(), query);
    }
});

test("a pod whose bytes don't hold a wanted label isn't parsed", () => {
  const { picks } = selection(kind, "", listOptions(new URLSearchParams("labelSelector=app=web")));
  const broken = new StoredObject({ ...PODS.at(-1)!.entry, value: Buffer.from('{"metadata":{"uid":"u"') });
  assert.equal(picks(broken), false);
});

test("which node a pod is on is known without parsing it", () => {
  const picks = (node: string, { entry }: StoredObject) => {
    const query = new URLSearchParams(`fieldSelector=spec.nodeName=${node}`);
    return selection(kind, "default", listOptions(query)).picks(new StoredObject(entry));
  };
  // It would be an error to parse this.
  const { entry } = PODS[0]!;
  const broken = new StoredObject({ ...entry, value: entry.value.subarray(0, -1) });
  assert.equal(picks("node-1", broken), true);
  assert.equal(picks("node-10", broken), false);
});
