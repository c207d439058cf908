import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "../../api/index.ts";
import { containerHash } from "../pod/hash.ts";
import { Backoff, formatDuration } from "./backoff.ts";
import type { ObservedContainer, PodRuntime } from "./observed.ts";
import { type PodPlan, type ProbeView, plan } from "./plan.ts";

const NOW = 1_000_000;

function podOf(spec: Record<string, unknown>): Pod {
  const fill = (each: object) => ({ image: "app:1", resources: {}, ...each });
  const containers = ((spec.containers as object[]) ?? [{ name: "app" }]).map(fill);
  const init = spec.initContainers ? { initContainers: (spec.initContainers as object[]).map(fill) } : {};
  const metadata = { name: "web", namespace: "default", uid: "u1" };
  return { metadata, spec: { restartPolicy: "Always", ...spec, ...init, containers }, status: {} } as unknown as Pod;
}

function findIn(pod: Pod, name: string): Container {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name)!;
}

/** Containers as `name:state[:exitCode]`, all in a ready sandbox. */
function runtimeOf(
  pod: Pod,
  containers: readonly string[],
  sandbox: "Ready" | "NotReady" | "none" = "Ready",
): PodRuntime {
  const observed = containers.map((text, index) => {
    const [name, state, exitCode = "0"] = text.split(":");
    const annotations = { "io.kubernetes.container.hash": containerHash(findIn(pod, name!)) };
    const metadata = { name, attempt: 0 };
    return {
      id: `id-${name}-${index}`,
      metadata,
      state,
      exitCode: Number(exitCode),
      finishedAtMs: NOW - 3000,
      annotations,
      sandboxId: "s0",
    };
  });
  const status = { id: "s0", state: sandbox, metadata: { attempt: 0 }, ips: ["10.0.0.2"], network: "Pod" };
  return {
    sandboxes: sandbox === "none" ? [] : [status as never],
    containers: observed as unknown as ObservedContainer[],
  };
}

const HEALTHY: ProbeView = { liveness: () => "success", readiness: () => "success", startup: () => "success" };

const QUIET = { probes: HEALTHY, now: NOW, resized: new Map<string, string>(), resizeWaits: false } as const;

interface Given {
  readonly spec?: Record<string, unknown>;
  readonly runs?: readonly string[];
  readonly sandbox?: "Ready" | "NotReady" | "none";
  readonly probes?: Partial<ProbeView>;
  readonly backoff?: Backoff;
}

function planFor({ spec = {}, runs = [], sandbox = "Ready", probes = {}, backoff = new Backoff() }: Given): PodPlan {
  const pod = podOf(spec);
  return plan({
    pod,
    runtime: runtimeOf(pod, runs, sandbox),
    probes: { ...HEALTHY, ...probes },
    backoff,
    now: NOW,
    resized: new Map(),
    resizeWaits: false,
  });
}

/** The plan in a line: what is killed, made, started. */
function words(given: Given): string {
  const made = planFor(given);
  return [
    ...(made.killPod ? ["kill pod"] : []),
    ...(made.createSandbox ? [`sandbox ${made.createSandbox.attempt}`] : []),
    ...made.kill.map((each) => `kill ${each.name} (${each.message})`),
    ...made.start.map((each) => `start ${each.container.name}#${each.attempt}`),
    ...Array.from(made.waiting, ([name, { reason }]) => `${name} waits (${reason})`),
  ].join(", ");
}

const check = (given: Given, expected: string) => assert.equal(words(given), expected);
const init = (...initContainers: object[]) => ({ initContainers });

test("a new pod gets a sandbox and its first container", () => {
  check({ sandbox: "none" }, "sandbox 0, start app#0");
  check({ sandbox: "none", spec: init({ name: "one" }, { name: "two" }) }, "sandbox 0, start one#0");
});

test("a pod that runs is left alone", () => check({ runs: ["app:Running"] }, ""));

test("a lost sandbox is replaced, with what ran in it", () => {
  check({ sandbox: "NotReady", runs: ["app:Exited:137"] }, "sandbox 1, start app#1");
  check({ sandbox: "NotReady", runs: ["app:Exited:0"], spec: { restartPolicy: "OnFailure" } }, "");
  check({ sandbox: "NotReady", runs: ["app:Exited:1"], spec: { restartPolicy: "Never" } }, "");
});

test("what a container's end means depends on the restart policy", () => {
  const ends = (restartPolicy: string, code: number) =>
    words({ runs: [`app:Exited:${code}`], spec: { restartPolicy } });
  assert.equal(ends("Always", 0), "start app#1");
  assert.equal(ends("OnFailure", 1), "start app#1");
  assert.equal(ends("OnFailure", 0), "kill pod");
  assert.equal(ends("Never", 1), "kill pod");
});

test("a container's own rules come before the pod's policy", () => {
  const restartPolicyRules = [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }];
  const spec = { restartPolicy: "Never", containers: [{ name: "app", restartPolicy: "Never", restartPolicyRules }] };
  check({ spec, runs: ["app:Exited:42"] }, "start app#1");
  check({ spec, runs: ["app:Exited:1"] }, "kill pod");
});

test("a container that failed a moment ago waits for its back-off", () => {
  const backoff = new Backoff();
  const pod = podOf({});
  const key = `u1/app/${containerHash(pod.spec.containers[0]!)}`;
  backoff.next(key, NOW - 20_000, NOW - 20_000);
  const made = planFor({ runs: ["app:Exited:1"], backoff });
  assert.equal(made.start.length, 0);
  assert.deepEqual(made.waiting.get("app"), {
    reason: "CrashLoopBackOff",
    message: "back-off 10s restarting failed container=app pod=web_default(u1)",
  });
  assert.equal(made.wakeAtMs, NOW + 7000);
});

test("init containers run in order, once, and stop the pod when they fail for good", () => {
  const spec = init({ name: "one" }, { name: "two" });
  check({ spec }, "start one#0");
  check({ spec, runs: ["one:Running"] }, "");
  check({ spec, runs: ["one:Exited:0"] }, "start two#0");
  check({ spec, runs: ["two:Exited:0", "one:Exited:0"] }, "start app#0");
  check({ spec, runs: ["one:Exited:1"] }, "start one#1");
  check({ spec: { ...spec, restartPolicy: "Never" }, runs: ["one:Exited:1"] }, "kill pod");
  check({ spec, runs: ["app:Running"] }, "");
});

test("a sidecar lets the next go on once it has started, and is kept running", () => {
  const side = { name: "side", restartPolicy: "Always" };
  check({ spec: init(side, { name: "one" }) }, "start side#0");
  check({ spec: init(side, { name: "one" }), runs: ["side:Running"] }, "start one#0");
  const probed = { ...side, startupProbe: {} };
  check({ spec: init(probed), runs: ["side:Running"], probes: { startup: () => "unknown" } }, "");
  check({ spec: init(side), runs: ["side:Exited:1", "app:Running"] }, "start side#1");
  check({ spec: { ...init(side), restartPolicy: "Never" }, runs: ["side:Running", "app:Exited:0"] }, "kill pod");
});

test("failed probes end a container", () => {
  const liveness = () => "failure" as const;
  check(
    { runs: ["app:Running"], probes: { liveness } },
    "kill app (Container app failed liveness probe, will be restarted)",
  );
  const never = { restartPolicy: "Never" };
  check({ runs: ["app:Running"], probes: { liveness }, spec: never }, "kill app (Container app failed liveness probe)");
});

test("a changed container is replaced", () => {
  const before = runtimeOf(podOf({}), ["app:Running"]);
  const pod = podOf({ containers: [{ name: "app", image: "app:2" }] });
  const made = plan({ ...QUIET, backoff: new Backoff(), pod, runtime: before });
  assert.equal(made.kill[0]!.message, "Container app definition changed, will be restarted");
});

test("other resources are given in place, or with a restart where the container says so", () => {
  const given = new Map([["id-app-0", JSON.stringify({ requests: { cpu: "1" } })]]);
  const made = (container: object, waits = false) => {
    const pod = podOf({ containers: [{ name: "app", resources: { requests: { cpu: "2" } }, ...container }] });
    const runtime = runtimeOf(pod, ["app:Running"]);
    const { kill, resize } = plan({
      ...QUIET,
      pod,
      runtime,
      backoff: new Backoff(),
      resized: given,
      resizeWaits: waits,
    });
    return { kill: kill.map((each) => each.message), resize: resize.map((each) => each.id) };
  };
  assert.deepEqual(made({}), { kill: [], resize: ["id-app-0"] });
  assert.deepEqual(made({}, true), { kill: [], resize: [] });
  assert.deepEqual(made({ resources: { requests: { cpu: "1" } } }), { kill: [], resize: [] });
  const resizePolicy = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
  const kill = ["Container app resize requires restart, will be restarted"];
  assert.deepEqual(made({ resizePolicy }), { kill, resize: [] });
});

test("an ephemeral container starts once", () => {
  const spec = { ephemeralContainers: [{ name: "debug", image: "app:1", resources: {} }] };
  check({ spec, runs: ["app:Running"] }, "start debug#0");
});

test("back-off doubles to five minutes and is forgotten in time", () => {
  const backoff = new Backoff();
  let now = 0;
  const delays: string[] = [];
  for (let failures = 0; failures < 7; failures++) {
    backoff.next("key", now, now);
    delays.push(formatDuration(backoff.delayMs("key")));
    now += backoff.delayMs("key");
  }
  assert.deepEqual(delays, ["10s", "20s", "40s", "1m20s", "2m40s", "5m0s", "5m0s"]);
  assert.equal(backoff.remainingMs("key", now + 600_001, now + 600_001), 0);
});
