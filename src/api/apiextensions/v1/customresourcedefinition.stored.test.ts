import assert from "node:assert/strict";
import { test } from "node:test";
import { storedDefinition } from "./customresourcedefinition.stored.ts";

const schema = { openAPIV3Schema: { type: "object" } };
const column = { name: "Size", type: "integer", jsonPath: ".spec.size" };
const version = (name: string, more: object) => ({ name, served: true, storage: name === "v1", ...more });
const definition = (versions: readonly object[], conversion: object = { strategy: "None" }) => ({
  kind: "CustomResourceDefinition",
  metadata: { name: "foos.example.com" },
  spec: { group: "example.com", names: { plural: "foos", kind: "Foo" }, scope: "Namespaced", versions, conversion },
});
// Through JSON, as in the store, so that what is absent and what is undefined are the same.
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("what all versions have in common stands beside them", () => {
  const { spec } = plain(
    storedDefinition.toStored(
      definition([
        version("v1", { schema, additionalPrinterColumns: [column] }),
        version("v2", { schema, additionalPrinterColumns: [] }),
      ]),
    ),
  );
  assert.deepEqual(spec.validation, schema);
  assert.deepEqual([spec.version, spec.preserveUnknownFields, spec.additionalPrinterColumns], ["v1", false, undefined]);
  assert.deepEqual(spec.versions, [
    version("v1", { additionalPrinterColumns: [{ name: "Size", type: "integer", JSONPath: ".spec.size" }] }),
    version("v2", { additionalPrinterColumns: [] }),
  ]);
});

test("what is stored is read as it was", () => {
  const webhook = { clientConfig: { url: "https://a.example" }, conversionReviewVersions: ["v1"] };
  for (const given of [
    definition([version("v1", { schema, subresources: { status: {} }, additionalPrinterColumns: [column] })]),
    definition([version("v1", { schema }), version("v2", { schema: { openAPIV3Schema: { type: "string" } } })]),
    definition([version("v1", { schema })], { strategy: "Webhook", webhook }),
  ])
    assert.deepEqual(plain(storedDefinition.fromStored(plain(storedDefinition.toStored(given)))), given);
});

test("a definition of one version that is named only once", () => {
  const { spec } = plain(
    storedDefinition.fromStored({ spec: { group: "example.com", version: "v1", scope: "Cluster", names: {} } }),
  );
  assert.deepEqual(spec.versions, [{ name: "v1", served: true, storage: true }]);
  assert.equal(spec.preserveUnknownFields, true);
});
