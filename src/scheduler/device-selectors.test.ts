import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate } from "./allocate.ts";
import { selectsDevice } from "./device-selectors.ts";

const candidate = {
  key: "d",
  slice: { spec: { driver: "gpu.example.com" } },
  device: {
    name: "d",
    attributes: { model: { string: "big" }, cores: { int: 8 }, "other.example/firmware": { version: "1.10.0" } },
    capacity: { memory: { value: "10Gi" } },
  },
} as unknown as Candidate;

test("expressions look at a device's driver, attributes and capacity", () => {
  const check = (expression: string, expected: boolean) =>
    assert.equal(selectsDevice(expression, candidate), expected, expression);
  check("device.driver == 'gpu.example.com'", true);
  check("device.attributes['gpu.example.com'].model == 'big'", true);
  check("device.attributes['gpu.example.com'].cores > 8", false);
  check("device.attributes['other.example'].firmware.isGreaterThan(semver('1.9.0'))", true);
  check("device.capacity['gpu.example.com'].memory.compareTo(quantity('8Gi')) >= 0", true);
  check("has(device.attributes['absent.example'].model)", false);
});

test("an expression without a value says why", () => {
  assert.throws(
    () => selectsDevice("device.attributes['gpu.example.com'].none == 1", candidate),
    /^EvaluationError: CEL runtime error: no such key: none$/,
  );
  assert.throws(() => selectsDevice("device.nothing", candidate), /undefined field 'nothing'/);
});
