import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalQuantity, kindFor } from "../../api/index.ts";
import { decodeJson, decodeProto, encodeProtoObject, isCanonical, openProtoEnvelope } from "../index.ts";

interface Vector {
  readonly json: { readonly apiVersion: string; readonly kind: string };
  readonly proto?: string;
  readonly protobuf?: string;
}

const vectors = JSON.parse(readFileSync(new URL("../testdata/proto-vectors.json", import.meta.url), "utf8")) as
  | { objects?: Vector[] }
  | Vector[];

for (const vector of Array.isArray(vectors) ? vectors : (vectors.objects ?? [])) {
  const [group, version] = vector.json.apiVersion.includes("/")
    ? vector.json.apiVersion.split("/")
    : ["", vector.json.apiVersion];
  const kind = kindFor({ group: group!, version: version!, kind: vector.json.kind });
  if (!kind) continue;
  test(`${vector.json.kind} has the recorded bytes, and they read back as it`, () => {
    const bytes = Buffer.from((vector.proto ?? vector.protobuf)!, "base64");
    // Raw JSON travels as it was written; only what was written without spaces comes out the same.
    if (!bytes.includes('": '))
      assert.equal(Buffer.from(encodeProtoObject(kind.struct, vector.json)).toString("hex"), bytes.toString("hex"));
    const envelope = openProtoEnvelope(bytes);
    const decoded = { kind: envelope.kind, apiVersion: envelope.apiVersion, ...decodeProto(kind.struct, envelope.raw) };
    assert.deepEqual(decodeJson(kind.struct, decoded, { quantity: canonicalQuantity }).value, vector.json);
  });
}

test("fields are read in the order of their declaration, whatever their numbers are, so that nothing is decoded again", () => {
  const options = { quantity: canonicalQuantity };
  for (const [kind, parts] of [
    [kindFor({ group: "", version: "v1", kind: "Pod" })!, POD],
    [kindFor({ group: "networking.k8s.io", version: "v1", kind: "Ingress" })!, INGRESS],
  ] as const) {
    const { value } = decodeJson(
      kind.struct,
      { kind: kind.kind, metadata: { name: "a", namespace: "b" }, ...parts },
      options,
    );
    const { raw } = openProtoEnvelope(encodeProtoObject(kind.struct, { apiVersion: "v1", kind: kind.kind, ...value }));
    const read = { kind: kind.kind, ...decodeProto(kind.struct, raw) };
    assert.equal(JSON.stringify(read), JSON.stringify(value));
    assert.ok(isCanonical(kind.struct, read, options));
  }
});

const POD = {
  spec: {
    volumes: [{ name: "v", emptyDir: { medium: "Memory" } }],
    initContainers: [{ name: "i", image: "i" }],
    containers: [
      {
        name: "c",
        image: "c",
        ports: [{ containerPort: 1, protocol: "TCP" }],
        terminationMessagePath: "/t",
        terminationMessagePolicy: "File",
        imagePullPolicy: "Always",
        securityContext: { runAsUser: 1, runAsGroup: 2, runAsNonRoot: true, procMount: "Default" },
      },
    ],
    restartPolicy: "Always",
    enableServiceLinks: true,
    priority: 5,
  },
};

const INGRESS = {
  spec: {
    rules: [
      {
        host: "h",
        http: { paths: [{ path: "/", pathType: "Exact", backend: { service: { name: "s", port: { number: 1 } } } }] },
      },
    ],
  },
};

/** What is said of a Pod's message that is damaged. */
function damage(hex: string, message: string | RegExp): void {
  test(`a damaged message: ${message}`, () => {
    const { struct } = kindFor({ group: "", version: "v1", kind: "Pod" })!;
    assert.throws(() => decodeProto(struct, Buffer.from(hex, "hex")), { message });
  });
}

damage("0801", "proto: wrong wireType = 0 for field ObjectMeta");
damage("0a0228 01".replace(" ", ""), "proto: wrong wireType = 0 for field UID");
damage("0a052a0a61", "unexpected EOF");
damage("0a02009f", "proto: ObjectMeta: illegal tag 0 (wire type 0)");
damage("0c", "proto: Pod: wiretype end group for non-group");
damage("9e06", "proto: illegal wireType 6");
damage("0affffffffffffffffff01", "proto: negative length found during unmarshaling");
damage("ffffffffffffffffffff01", "proto: integer overflow");

test("a group that no field has is passed by", () => {
  const { struct } = kindFor({ group: "", version: "v1", kind: "Pod" })!;
  assert.deepEqual(decodeProto(struct, Buffer.from("c33e0801c43e", "hex")), {});
});

test("what an entry of a map lacks is empty", () => {
  const { struct } = kindFor({ group: "", version: "v1", kind: "ResourceQuota" })!;
  assert.deepEqual(decodeProto(struct, Buffer.from("12020a00", "hex")), { spec: { hard: { "": "0" } } });
});
