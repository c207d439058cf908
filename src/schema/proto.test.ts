import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalQuantity, kindFor } from "../api/index.ts";
import { decodeJson, decodeProto, encodeProtoObject, openProtoEnvelope } from "./index.ts";

interface Vector {
  readonly json: { readonly apiVersion: string; readonly kind: string };
  readonly proto?: string;
  readonly protobuf?: string;
}

const vectors = JSON.parse(readFileSync(new URL("./testdata/proto-vectors.json", import.meta.url), "utf8")) as
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
