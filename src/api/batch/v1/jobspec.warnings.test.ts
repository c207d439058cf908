import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "./job.ts";
import { jobSpecWarnings } from "./jobspec.warnings.ts";

function job(parallelism: number, generation: number): Job {
  const template = { metadata: {}, spec: { containers: [] } };
  const spec = { completionMode: "Indexed", completions: 200_000, parallelism, template };
  return { metadata: { name: "j", generation }, spec } as unknown as Job;
}

test("more indexes than the status can hold are told of when they are new", () => {
  const warnings = jobSpecWarnings("spec", ({ spec }: Job) => spec);
  assert.match(warnings(job(20_000, 1), undefined).join(), /^spec: In Indexed Jobs/);
  assert.deepEqual(warnings(job(10_000, 1), undefined), []);
  assert.deepEqual(warnings(job(20_000, 1), job(20_000, 1)), []);
  assert.equal(warnings(job(20_000, 2), job(10_000, 1)).length, 1);
});
