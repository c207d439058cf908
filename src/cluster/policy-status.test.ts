import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomResourceDefinition, type Draft, ValidatingAdmissionPolicy } from "../api/index.ts";
import { Cluster } from "./index.ts";

const properties = { size: { type: "integer" }, names: { type: "array", items: { type: "string" } } };

test("a policy's status says what its expressions get wrong about users' kinds, and no longer once it is right", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  const { client } = cluster;
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } };
  await client.create(CustomResourceDefinition, {
    metadata: { name: "boxes.example.com" },
    spec: {
      group: "example.com",
      names: { plural: "boxes", kind: "Box" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  } as Draft<CustomResourceDefinition>);
  await cluster.settle();
  const apply = async (expression: string) => {
    const rule = { apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["boxes"] };
    await client.apply(
      ValidatingAdmissionPolicy,
      {
        metadata: { name: "boxes" },
        spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression }] },
      } as Draft<ValidatingAdmissionPolicy>,
      { fieldManager: "test" },
    );
    await cluster.settle();
    return (await client.get(ValidatingAdmissionPolicy, { name: "boxes" })).status;
  };
  assert.deepEqual(await apply("object.spec.names.all(name, name < object.spec.size)"), {
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: "spec.validations[0].expression",
          warning:
            "example.com/v1, Kind=Box: ERROR: <input>:1:34: found no matching overload for '_<_' applied to '(string, int)'\n" +
            " | object.spec.names.all(name, name < object.spec.size)\n" +
            ` | ${".".repeat(33)}^\n`,
        },
      ],
    },
  });
  const right = await apply("object.spec.names.size() < object.spec.size");
  assert.equal(right?.observedGeneration, 2);
  assert.equal(right?.typeChecking?.expressionWarnings, undefined);
});
