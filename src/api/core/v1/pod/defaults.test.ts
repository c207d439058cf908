import assert from "node:assert/strict";
import { test } from "node:test";
import { setPodDefaults } from "./defaults.ts";

function policyOf(image: string): string | undefined {
  const pod = { spec: { containers: [{ name: "c", image, imagePullPolicy: "" }] } };
  setPodDefaults(pod as never);
  return pod.spec.containers[0]!.imagePullPolicy;
}

test("an image without a tag, or of the latest one, is pulled always; a text that names no image is not", () => {
  const always = [
    "img",
    "img:latest",
    "registry.example:5000/a/b",
    "localhost/a_b",
    "[::1]:5000/a",
    "a".repeat(247),
    `a.b/${"a".repeat(255)}`,
  ];
  const ifNotPresent = [
    "img:1",
    "img@sha256:0",
    "Bad Value!",
    " img",
    "UPPER",
    "a:b:c",
    "a".repeat(248),
    `a.b/${"a".repeat(256)}`,
  ];
  for (const image of always) assert.equal(policyOf(image), "Always", image);
  for (const image of ifNotPresent) assert.equal(policyOf(image), "IfNotPresent", image);
});
