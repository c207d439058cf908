import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJson } from "../schema/index.ts";
import { PodSpec } from "./core/v1/podspec.ts";
import { typeNameOf } from "./typenames.ts";

function check(spec: unknown, message: string): void {
  assert.throws(() => decodeJson(PodSpec, spec, { quantity: (text) => text, typeNameOf }), { message });
}

test("a value of the wrong type is told with the name of its field's type", () => {
  const json = "json: cannot unmarshal";
  check(
    { tolerations: [{ effect: 1 }] },
    `${json} number into Go struct field Toleration.tolerations.effect of type v1.TaintEffect`,
  );
  check({ overhead: [] }, `${json} array into Go struct field PodSpec.overhead of type v1.ResourceList`);
  check(
    { containers: [{ securityContext: { capabilities: { add: {} } } }] },
    `${json} object into Go struct field Capabilities.containers.securityContext.capabilities.add of type []v1.Capability`,
  );
});

test("a field of an embedded type is told as its owner's", () => {
  check(
    { volumes: [{ nfs: "x" }] },
    "json: cannot unmarshal string into Go struct field Volume.volumes.VolumeSource.nfs of type v1.NFSVolumeSource",
  );
});
