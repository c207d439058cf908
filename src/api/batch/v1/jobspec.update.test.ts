import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "./job.ts";
import { validateJobSpecUpdate } from "./jobspec.update.ts";

interface Changes {
  readonly spec?: object;
  readonly template?: object;
  readonly pod?: object;
  readonly status?: object;
}

function job({ spec = {}, template = {}, pod = {}, status = {} }: Changes = {}): Job {
  const podSpec = { restartPolicy: "Never", containers: [{ name: "c", image: "i", resources: {} }], ...pod };
  return {
    metadata: { name: "j" },
    spec: { completions: 1, parallelism: 1, template: { metadata: {}, spec: podSpec, ...template }, ...spec },
    status,
  } as unknown as Job;
}

function paths(now: Job, old: Job): string[] {
  return validateJobSpecUpdate(now, old).map(({ path }) => path);
}

const AT_REST = { spec: { suspend: true }, status: { conditions: [{ type: "Suspended", status: "True" }] } };

test("where pods run may be decided while a job is suspended without pods", () => {
  const scheduling = {
    nodeSelector: { zone: "a" },
    tolerations: [{ operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1" } } }],
  };
  const wanted = { ...AT_REST, pod: scheduling, template: {} };
  assert.deepEqual(paths(job(wanted), job(AT_REST)), []);
  assert.deepEqual(paths(job({ ...AT_REST, pod: { affinity: { podAffinity: {} } } }), job(AT_REST)), ["spec.template"]);
  assert.deepEqual(paths(job({ ...AT_REST, pod: { restartPolicy: "OnFailure" } }), job(AT_REST)), ["spec.template"]);
});

test("a job that wasn't seen suspended, or has pods, keeps its template", () => {
  const wanted = job({ spec: { suspend: true }, pod: { nodeSelector: { zone: "a" } } });
  assert.deepEqual(paths(wanted, job({ spec: { suspend: true } })), ["spec.template"]);
  const busy = job({ ...AT_REST, status: { ...AT_REST.status, active: 1 } });
  assert.deepEqual(paths(wanted, busy), ["spec.template"]);
});

test("completions of indexed jobs follow their parallelism", () => {
  const indexed = (completions: number, parallelism: number) =>
    job({ spec: { completionMode: "Indexed", completions, parallelism } });
  assert.deepEqual(paths(indexed(5, 5), indexed(3, 3)), []);
  assert.deepEqual(paths(indexed(5, 3), indexed(3, 3)), ["spec.completions"]);
  assert.deepEqual(paths(job({ spec: { completions: 2 } }), job()), ["spec.completions"]);
});
