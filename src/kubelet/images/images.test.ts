import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";
import { isImageName } from "./images.ts";

test("names of images", () => {
  for (const name of [
    "web",
    "web:1",
    "library/web",
    "registry.example.com:5000/a/b_c/d-e:v1.2",
    "localhost/web",
    "a__b",
    `web@sha256:${"0".repeat(64)}`,
    "[fd00::1]:5000/web:1",
  ])
    assert.ok(isImageName(name), name);
  for (const name of ["", "Web", "web:", ":1", "a//b", "web:1:2", "a b", "-web", "web@sha256:12", "http://web"])
    assert.ok(!isImageName(name), name);
});

test("a name that no registry could have is said to be invalid, and the pod waits", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", image: "Web:1" }] } });
  await it.clock.advance(1000);
  const message =
    'Failed to apply default image tag "Web:1": couldn\'t parse image name "Web:1": invalid reference format: repository name (library/Web) must be lowercase';
  const { waiting } = it.api.pod("web").status.containerStatuses![0]!.state!;
  assert.deepEqual({ ...waiting }, { reason: "InvalidImageName", message });
  assert.ok(it.events.lines.includes(`web InspectFailed: ${message}`));
  assert.ok(it.events.lines.includes(`web Failed: Error: InvalidImageName`));
  assert.deepEqual(it.failures, []);
});
