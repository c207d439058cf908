import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, Deployment, type KindDefinition } from "../../api/index.ts";
import { Documents, versionTwo } from "./documents.ts";
import { protoDocument } from "./proto-document.ts";

const of = (...kinds: unknown[]) => kinds as KindDefinition[];

test("a document is made once, and again when its kinds are others", () => {
  let kinds = of(ConfigMap, Deployment);
  const documents = new Documents(() => kinds);
  const first = documents.get("apis/apps/v1");
  const core = documents.get("api/v1");
  kinds = of(ConfigMap, Deployment);
  assert.equal(documents.get("apis/apps/v1"), first);
  kinds = of(ConfigMap);
  assert.equal(documents.get("apis/apps/v1"), undefined);
  assert.equal(documents.get("api/v1"), core);
  assert.ok(documents.names().includes("version") && !documents.names().includes("apis/apps"));
});

test("version 2 in protobuf names every type of the JSON document", () => {
  const document = versionTwo(of(Deployment));
  const bytes = Buffer.from(protoDocument(document));
  const fieldOne = Buffer.from([0x0a, 3, ...Buffer.from("2.0")]);
  assert.deepEqual(bytes.subarray(0, fieldOne.length), fieldOne);
  for (const name of Object.keys(document.definitions as object)) assert.ok(bytes.includes(name), name);
});

test("only kinds that users define are no targets of strategic merges, and managed fields have their own type", () => {
  const patchesOf = (kind: KindDefinition): string[] => {
    const document = new Documents(() => [kind]).get("apis/apps/v1")!;
    const { paths } = JSON.parse(Buffer.from(document.bytes).toString());
    return Object.keys(paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"].patch.requestBody.content);
  };
  const [deployment] = of(Deployment) as [KindDefinition];
  const custom = { ...deployment, custom: { listKind: "DeploymentList" } } as unknown as KindDefinition;
  const strategic = "application/strategic-merge-patch+json";
  assert.deepEqual(
    patchesOf(custom),
    patchesOf(deployment).filter((type) => type !== strategic),
  );
  const { definitions } = versionTwo([deployment]) as { definitions: Record<string, any> };
  const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  assert.deepEqual(definitions[`${meta}ManagedFieldsEntry`].properties.fieldsV1, {
    $ref: `#/definitions/${meta}FieldsV1`,
  });
});
