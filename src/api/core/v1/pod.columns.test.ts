import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "./pod.ts";
import { podColumns } from "./pod.columns.ts";

const NOW = Date.parse("2026-01-02T00:10:00Z");

function check(pod: object, expected: Readonly<Record<string, string>>): void {
  const whole = {
    metadata: { name: "p" },
    spec: { containers: [{ name: "c" }] },
    status: {},
    ...pod,
  } as unknown as Pod;
  const cells = Object.fromEntries(podColumns.map(({ name, cell }) => [name, cell(whole, NOW)]));
  const shown = Object.fromEntries(Object.keys(expected).map((name) => [name, cells[name]]));
  assert.deepEqual(shown, expected);
}

const running = { name: "c", ready: true, restartCount: 0, state: { running: {} } };

test("a running pod shows how many containers are ready", () => {
  check(
    { status: { phase: "Running", containerStatuses: [running] } },
    { Ready: "1/1", Status: "Running", Restarts: "0" },
  );
});

test("a container that fails again and again gives the pod its status, and the time of its last end", () => {
  const lastState = { terminated: { exitCode: 1, finishedAt: "2026-01-02T00:07:00Z" } };
  const failing = {
    name: "c",
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState,
  };
  check(
    { status: { phase: "Running", containerStatuses: [failing] } },
    { Ready: "0/1", Status: "CrashLoopBackOff", Restarts: "3 (3m ago)" },
  );
});

test("a pod with one container done and another running is running when it is ready", () => {
  const done = {
    name: "d",
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode: 0, reason: "Completed" } },
  };
  const status = { phase: "Running", containerStatuses: [done, running] };
  check({ status }, { Status: "NotReady" });
  check({ status: { ...status, conditions: [{ type: "Ready", status: "True" }] } }, { Status: "Running" });
});

test("init containers come first; sidecars count as containers", () => {
  const spec = { containers: [{ name: "c" }], initContainers: [{ name: "i" }, { name: "s", restartPolicy: "Always" }] };
  const done = { name: "i", restartCount: 0, state: { terminated: { exitCode: 0 } } };
  const starting = { name: "s", restartCount: 0, ready: false, started: false, state: { running: {} } };
  const started = { ...starting, ready: true, started: true };
  check(
    { spec, status: { phase: "Pending", initContainerStatuses: [done, starting] } },
    { Ready: "0/2", Status: "Init:1/2" },
  );
  const status = { phase: "Running", initContainerStatuses: [done, started], containerStatuses: [running] };
  check({ spec, status }, { Ready: "2/2", Status: "Running" });
});

test("what is being deleted is terminating, unless it has ended or its node is lost", () => {
  const metadata = { name: "p", deletionTimestamp: "2026-01-02T00:00:00Z" };
  check({ metadata, status: { phase: "Running" } }, { Status: "Terminating" });
  check({ metadata, status: { phase: "Succeeded" } }, { Status: "Succeeded" });
  check({ metadata, status: { phase: "Running", reason: "NodeLost" } }, { Status: "Unknown" });
});
