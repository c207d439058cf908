import assert from "node:assert/strict";
import { test } from "node:test";
import { apiDocs, ConfigMap, Deployment, type KindDefinition } from "../../api/index.ts";
import { Documents, versionThree, versionTwo } from "./documents.ts";
import { protoDocument } from "./proto-document.ts";

const { structDoc } = await apiDocs();

const of = (...kinds: unknown[]) => kinds as KindDefinition[];

test("a document is made once, and again when its kinds are others", () => {
  let kinds = of(ConfigMap, Deployment);
  const documents = new Documents(() => kinds, structDoc);
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
  const document = versionTwo(of(Deployment), structDoc);
  const bytes = Buffer.from(protoDocument(document));
  const fieldOne = Buffer.from([0x0a, 3, ...Buffer.from("2.0")]);
  assert.deepEqual(bytes.subarray(0, fieldOne.length), fieldOne);
  for (const name of Object.keys(document.definitions as object)) assert.ok(bytes.includes(name), name);
});

test("only kinds that users define are no targets of strategic merges, and managed fields have their own type", () => {
  const patchesOf = (kind: KindDefinition): string[] => {
    const document = new Documents(() => [kind], structDoc).get("apis/apps/v1")!;
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
  const { definitions } = versionTwo([deployment], structDoc) as { definitions: Record<string, any> };
  const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  assert.equal(definitions[`${meta}ManagedFieldsEntry`].properties.fieldsV1.$ref, `#/definitions/${meta}FieldsV1`);
});

test("types and fields are described in words in both versions and in protobuf, references too", () => {
  const two = versionTwo(of(Deployment), structDoc) as { definitions: Record<string, any> };
  const three = versionThree(of(Deployment), structDoc) as { components: { schemas: Record<string, any> } };
  const apps = "io.k8s.api.apps.v1.";
  const { text, fields } = structDoc({ name: `${apps}DeploymentSpec` })!;
  for (const schemas of [two.definitions, three.components.schemas]) {
    const { description, properties } = schemas[`${apps}DeploymentSpec`];
    assert.equal(description, text);
    assert.equal(properties.replicas.description, fields.replicas);
    assert.equal(properties.template.description, fields.template);
    assert.match(schemas["io.k8s.apimachinery.pkg.api.resource.Quantity"].description, /^[A-Z].*\.$/);
  }
  const bytes = Buffer.from(protoDocument(two));
  for (const said of [text, fields.replicas!, fields.template!]) assert.ok(bytes.includes(said), said);
});
