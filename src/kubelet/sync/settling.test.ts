import assert from "node:assert/strict";
import { test } from "node:test";
import { whenAborted } from "../../base/index.ts";
import { type Harness, startHarness } from "../testing/harness.ts";

/** A container that the kernel ends a second after its start, which the runtime hears of `toldAfterMs` later. */
function greedy(toldAfterMs?: number) {
  const script = { exitAfterMs: 1000, exitCode: 137, outOfMemoryAfterMs: toldAfterMs };
  return { "sim.navarch.dev/script.app": JSON.stringify(script) };
}

/** How often the runtime has been asked about single containers so far. */
function countQuestions({ runtime }: Harness): () => number {
  let count = 0;
  const ask = runtime.containerStatus.bind(runtime);
  runtime.containerStatus = (id) => {
    count++;
    return ask(id);
  };
  return () => count;
}

test("that a pod failed for want of memory is told also when the runtime hears of it after the end", async () => {
  await using it = await startHarness();
  const spec = { restartPolicy: "Never", containers: [{ name: "app" }] };
  it.api.bind({ metadata: { name: "web", annotations: greedy(3000) }, spec });
  const ended = () => {
    const { phase, containerStatuses } = it.api.pod("web").status;
    const { exitCode, reason } = containerStatuses![0]!.state!.terminated!;
    return { phase, exitCode, reason };
  };
  await it.clock.advance(2000);
  assert.deepEqual(ended(), { phase: "Failed", exitCode: 137, reason: "Error" });
  await it.clock.advance(5000);
  assert.deepEqual(ended(), { phase: "Failed", exitCode: 137, reason: "OOMKilled" });
  assert.deepEqual(it.failures, []);
});

test("so it is of a container that runs again by then", async () => {
  await using it = await startHarness();
  const script = { ...greedy(3000) };
  it.api.bind({ metadata: { name: "web", annotations: script }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1500);
  const app = () => it.api.pod("web").status.containerStatuses![0]!;
  assert.deepEqual([app().restartCount, app().lastState!.terminated!.reason], [1, "Error"]);
  await it.clock.advance(5000);
  assert.deepEqual([app().restartCount, app().lastState!.terminated!.reason], [1, "OOMKilled"]);
  assert.deepEqual(it.failures, []);
});

test("what the kernel says counts where the runtime hears nothing", async () => {
  await using it = await startHarness();
  const victims: string[] = [];
  it.host.killedForMemory = async (id) => victims.push(id) > 0;
  const spec = { restartPolicy: "Never", containers: [{ name: "app" }] };
  it.api.bind({ metadata: { name: "web", annotations: greedy() }, spec });
  await it.clock.advance(2000);
  const { state, containerID } = it.api.pod("web").status.containerStatuses![0]!;
  assert.equal(state!.terminated!.reason, "OOMKilled");
  assert.deepEqual(victims, [containerID!.split("//")[1]]);
  assert.deepEqual(it.failures, []);
});

test("an end that stays an error is asked about for some seconds, any other once", async () => {
  await using it = await startHarness();
  const count = countQuestions(it);
  const asked = async (exitCode: number) => {
    const script = JSON.stringify({ exitAfterMs: 1000, exitCode });
    const metadata = { name: `exit-${exitCode}`, annotations: { "sim.navarch.dev/script": script } };
    it.api.bind({ metadata, spec: { restartPolicy: "Never", containers: [{ name: "app" }] } });
    await it.clock.advance(1500);
    const before = count();
    await it.clock.advance(60_000);
    return count() - before;
  };
  assert.equal(await asked(1), 0);
  assert.equal(await asked(0), 0);
  const times = await asked(137);
  assert.ok(times >= 3 && times <= 10, `${times} questions`);
  assert.equal(it.api.pod("exit-137").status.containerStatuses![0]!.state!.terminated!.reason, "Error");
  assert.deepEqual(it.failures, []);
});

test("a look at what runs that takes long doesn't undo the report of the pod's end", async () => {
  await using it = await startHarness();
  const annotations = {
    "sim.navarch.dev/script.quick": JSON.stringify({ stopMs: 1000 }),
    "sim.navarch.dev/script.slow": JSON.stringify({ stopMs: 3000 }),
  };
  const spec = { containers: [{ name: "slow" }, { name: "quick" }] };
  it.api.bind({ metadata: { name: "web", annotations }, spec });
  await it.clock.advance(1000);
  it.api.requestDeletion("web", 30);
  await it.clock.advance(500);
  // The end of the quick one makes the kubelet look, which sees the slow one run, and comes back when that has ended.
  const ask = it.runtime.containerStatus.bind(it.runtime);
  let questions = 0;
  it.runtime.containerStatus = async (id) => {
    if (questions++ === 0) await it.clock.sleep(3000);
    return ask(id);
  };
  const remove = it.host.files.remove.bind(it.host.files);
  it.host.files.remove = async (path) => {
    await it.clock.sleep(5000);
    await remove(path);
  };
  const slow = () => it.api.pod("web").status.containerStatuses!.find((each) => each.name === "slow")!;
  await it.clock.advance(2600);
  const ended = slow();
  await it.clock.advance(1500);
  const later = slow();
  await it.clock.advance(60_000);
  assert.ok(ended.state!.terminated);
  assert.deepEqual(later, ended);
  assert.deepEqual(it.api.deleted, ["web"]);
  assert.deepEqual(it.failures, []);
});

test("a container whose start gets through after its pod has ended is ended too", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } });
  // Its record stays, as one with finalizers does.
  it.api.deletePod = async () => {};
  // The runtime lets go of a question that is called off, and does what it was asked for nevertheless.
  const start = it.runtime.startContainer.bind(it.runtime);
  const startLate = (id: string, signal: AbortSignal) =>
    Promise.race([it.clock.sleep(6000).then(() => start(id)), whenAborted(signal)]);
  it.runtime.startContainer = startLate as typeof start;
  await it.clock.advance(1000);
  it.api.requestDeletion("web", 1);
  await it.clock.advance(4000);
  assert.equal(it.api.pod("web").status.phase, "Failed");
  await it.clock.advance(60_000);
  assert.ok(it.api.pod("web").status.containerStatuses![0]!.state!.terminated);
  assert.deepEqual(await it.runtime.listContainers({ state: "Running" }), []);
  assert.deepEqual(it.failures, []);
});
