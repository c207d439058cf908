import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, VirtualClock } from "../../../base/index.ts";
import { MemoryHost } from "../../host/index.ts";
import { runtimeSuite } from "../cri.suite.ts";
import { MemoryRuntime } from "./index.ts";
import { compileCommand } from "./program.ts";

const { signal } = new AbortController();

runtimeSuite("the in-memory runtime", async () => {
  const clock = new VirtualClock();
  const host = new MemoryHost({ clock, hostname: "node-1" });
  const runtime = new MemoryRuntime({ clock, random: seededRandom(1), host, podCidr: "10.244.0.0/24" });
  await runtime.pullImage("busybox:1", undefined, signal);
  await host.files.makeDirectory("/logs");
  // Whatever waits on the clock goes on by itself in the suite's steps.
  const stop = runtime.stopContainer.bind(runtime);
  runtime.stopContainer = async (...args) => {
    const stopping = stop(...args);
    await clock.advance(2000);
    return stopping;
  };
  return {
    runtime,
    image: "busybox:1",
    logDirectory: "/logs",
    readText: async (path) => new TextDecoder().decode(await host.files.read(path)),
    makeDirectory: (path) => host.files.makeDirectory(path),
    async until(condition) {
      for (let tries = 0; tries < 100 && !(await condition()); tries++) await clock.advance(100);
    },
  };
});

test("commands become programs where they say enough", () => {
  const check = (argv: string[], expected: unknown) => assert.deepEqual(compileCommand(argv), expected);
  check(
    ["sleep", "5"],
    [
      { op: "sleep", ms: 5000 },
      { op: "exit", code: 0 },
    ],
  );
  check(["sleep", "infinity"], [{ op: "wait" }]);
  check(
    ["sh", "-c", "echo 'a; b' && exit 2"],
    [
      { op: "log", text: "a; b", stream: "stdout" },
      { op: "exit", code: 2 },
    ],
  );
  check(
    ["sh", "-c", "while true; do echo hi; sleep 2; done"],
    [
      { op: "log", text: "hi", stream: "stdout" },
      { op: "sleep", ms: 2000 },
      { op: "jump", to: 0 },
    ],
  );
  check(["sh", "-c", "echo up; nginx"], [{ op: "log", text: "up", stream: "stdout" }, { op: "wait" }]);
  check(["nginx", "-g", "daemon off;"], undefined);
});

test("a fork goes on independently from the same state", async () => {
  const clock = new VirtualClock();
  const host = new MemoryHost({ clock, hostname: "node-1" });
  const runtime = new MemoryRuntime({ clock, random: seededRandom(1), host, podCidr: "10.244.0.0/24" });
  await runtime.pullImage("app:1", undefined, signal);
  const image = (await runtime.imageStatus("app:1"))!;
  const uid = "u1";
  const sandbox = await runtime.runPodSandbox(testSandbox(uid));
  const config = testContainer(uid, image.id, ["sleep", "10"]);
  const id = await runtime.createContainer({ sandboxId: sandbox, config, sandboxConfig: testSandbox(uid) });
  await runtime.startContainer(id);
  await clock.advance(4000);
  const otherClock = new VirtualClock(clock.now());
  const otherHost = host.fork(otherClock);
  const fork = runtime.fork({ clock: otherClock, random: seededRandom(2), host: otherHost });
  await otherClock.advance(7000);
  assert.equal((await fork.containerStatus(id)).state, "Exited");
  assert.equal((await runtime.containerStatus(id)).state, "Running");
  assert.equal((await fork.podSandboxStatus(sandbox)).ips[0], "10.244.0.2");
  await fork.close();
  await clock.advance(7000);
  assert.equal((await runtime.containerStatus(id)).exitCode, 0);
});

function testSandbox(uid: string) {
  return {
    metadata: { name: "p", uid, namespace: "default", attempt: 0 },
    hostname: "p",
    logDirectory: "",
    portMappings: [],
    labels: {},
    annotations: {},
    cgroupParent: "",
    sysctls: {},
    security: {
      namespaces: { network: "Pod", pid: "Container", ipc: "Pod" },
      supplementalGroups: [],
      privileged: false,
      seccomp: { type: "Unconfined" },
    },
  } as const;
}

function testContainer(uid: string, image: string, command: string[]) {
  return {
    metadata: { name: "app", attempt: 0 },
    image,
    userSpecifiedImage: "app:1",
    command,
    args: [],
    workingDirectory: "",
    env: [],
    mounts: [],
    labels: { "io.kubernetes.pod.uid": uid },
    annotations: {},
    logPath: "",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    security: {
      namespaces: { network: "Pod", pid: "Container", ipc: "Pod" },
      addCapabilities: [],
      dropCapabilities: [],
      privileged: false,
      readOnlyRootfs: false,
      supplementalGroups: [],
      noNewPrivileges: false,
      maskedPaths: [],
      readOnlyPaths: [],
      seccomp: { type: "Unconfined" },
    },
  } as const;
}
