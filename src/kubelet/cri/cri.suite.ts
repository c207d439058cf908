import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { CriError } from "./errors.ts";
import type { ContainerConfig, Runtime, SandboxConfig } from "./types.ts";

/** What the suite needs of an implementation: a runtime that has an image with a shell. */
export interface RuntimeFixture {
  readonly runtime: Runtime;
  readonly image: string;
  /** An existing directory for logs. */
  readonly logDirectory: string;
  readText(path: string): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  /** Lets up to so many milliseconds pass until the condition holds. */
  until(condition: () => Promise<boolean>): Promise<void>;
}

const NAMESPACES = { network: "Pod", pid: "Container", ipc: "Pod" } as const;

/** What the kubelet relies on; every runtime passes it. */
export function runtimeSuite(name: string, open: (t: TestContext) => Promise<RuntimeFixture>): void {
  suite(name, () => {
    const { signal } = new AbortController();
    let count = 0;

    async function runPod(it: RuntimeFixture) {
      const uid = `uid-${count++}`;
      const config = sandboxConfig(uid, `${it.logDirectory}/${uid}`);
      await it.makeDirectory(config.logDirectory);
      return { uid, config, id: await it.runtime.runPodSandbox(config, signal) };
    }

    async function runContainer(it: RuntimeFixture, script: string) {
      const pod = await runPod(it);
      await it.makeDirectory(`${pod.config.logDirectory}/app`);
      const image = await it.runtime.imageStatus(it.image, signal);
      const config = containerConfig(pod.uid, image!.id, it.image, script);
      const request = { sandboxId: pod.id, config, sandboxConfig: pod.config };
      const id = await it.runtime.createContainer(request, signal);
      assert.equal((await it.runtime.containerStatus(id, signal)).state, "Created");
      await it.runtime.startContainer(id, signal);
      return { pod, id };
    }

    async function remove(it: RuntimeFixture, sandboxId: string) {
      await it.runtime.stopPodSandbox(sandboxId, signal);
      await it.runtime.removePodSandbox(sandboxId, signal);
    }

    const state = async (it: RuntimeFixture, id: string) => (await it.runtime.containerStatus(id, signal)).state;

    test("it is ready and says who it is", async (t) => {
      const it = await open(t);
      const conditions = await it.runtime.status(signal);
      assert.deepEqual(
        conditions.filter((each) => each.type.endsWith("Ready")).map((each) => [each.type, each.status]),
        [
          ["RuntimeReady", true],
          ["NetworkReady", true],
        ],
      );
      const version = await it.runtime.version(signal);
      assert.ok(version.runtimeName.length > 0);
    });

    test("a sandbox has an address, stops more than once, and is gone after its removal", async (t) => {
      const it = await open(t);
      const { id, uid } = await runPod(it);
      const status = await it.runtime.podSandboxStatus(id, signal);
      assert.equal(status.state, "Ready");
      assert.match(status.ips[0]!, /^\d+\.\d+\.\d+\.\d+$/);
      assert.equal(status.metadata.uid, uid);
      const labels = { "io.kubernetes.pod.uid": uid };
      assert.deepEqual(
        (await it.runtime.listPodSandboxes({ labels }, signal)).map((each) => each.id),
        [id],
      );
      await it.runtime.stopPodSandbox(id, signal);
      await it.runtime.stopPodSandbox(id, signal);
      assert.equal((await it.runtime.podSandboxStatus(id, signal)).state, "NotReady");
      await it.runtime.removePodSandbox(id, signal);
      assert.deepEqual(await it.runtime.listPodSandboxes({ labels }, signal), []);
      const missing = await it.runtime.podSandboxStatus(id, signal).catch((error: unknown) => error);
      assert.ok(missing instanceof CriError && missing.code === "not-found");
    });

    test("a container runs, answers commands, and stops", async (t) => {
      const it = await open(t);
      const { pod, id } = await runContainer(it, "sleep 1000");
      assert.equal(await state(it, id), "Running");
      const hello = await it.runtime.execSync(id, ["echo", "hello"], 10, signal);
      assert.equal(new TextDecoder().decode(hello.stdout), "hello\n");
      assert.equal(hello.exitCode, 0);
      const failed = await it.runtime.execSync(id, ["sh", "-c", "exit 4"], 10, signal);
      assert.equal(failed.exitCode, 4);
      await it.runtime.stopContainer(id, 1, signal);
      const status = await it.runtime.containerStatus(id, signal);
      assert.equal(status.state, "Exited");
      assert.ok(status.exitCode > 128);
      assert.ok(status.finishedAtMs >= status.startedAtMs);
      await it.runtime.stopContainer(id, 1, signal);
      await it.runtime.removeContainer(id, signal);
      assert.deepEqual(await it.runtime.listContainers({ sandboxId: pod.id }, signal), []);
      await remove(it, pod.id);
    });

    test("a command that takes too long is ended", async (t) => {
      const it = await open(t);
      const { pod, id } = await runContainer(it, "sleep 1000");
      let outcome: unknown;
      const asked = it.runtime.execSync(id, ["sleep", "100"], 1, signal).then(
        () => (outcome = "done"),
        (error: unknown) => (outcome = error),
      );
      await it.until(async () => outcome !== undefined);
      await asked;
      assert.ok(outcome instanceof CriError && outcome.code === "deadline-exceeded");
      await remove(it, pod.id);
    });

    test("a container that ends says how, and its log has the lines", async (t) => {
      const it = await open(t);
      const { pod, id } = await runContainer(it, "echo one; echo two; exit 3");
      await it.until(async () => (await state(it, id)) === "Exited");
      const status = await it.runtime.containerStatus(id, signal);
      assert.equal(status.exitCode, 3);
      assert.equal(status.reason, "Error");
      const lines = (await it.readText(status.logPath)).trim().split("\n");
      assert.deepEqual(
        lines.map((line) => line.replace(/^\S+Z /, "")),
        ["stdout F one", "stdout F two"],
      );
      await remove(it, pod.id);
    });

    test("stopping a sandbox ends its containers", async (t) => {
      const it = await open(t);
      const { pod, id } = await runContainer(it, "sleep 1000");
      await it.runtime.stopPodSandbox(pod.id, signal);
      assert.equal(await state(it, id), "Exited");
      await it.runtime.removePodSandbox(pod.id, signal);
    });

    test("what isn't there is not found", async (t) => {
      const it = await open(t);
      assert.equal(await it.runtime.imageStatus("navarch.dev/nothing:1", signal), undefined);
      const missing = await it.runtime.containerStatus("0".repeat(64), signal).catch((error: unknown) => error);
      assert.ok(missing instanceof CriError && missing.code === "not-found");
      await it.runtime.stopPodSandbox("0".repeat(64), signal);
      await it.runtime.removePodSandbox("0".repeat(64), signal);
    });
  });
}

function sandboxConfig(uid: string, logDirectory: string): SandboxConfig {
  return {
    metadata: { name: `pod-${uid}`, uid, namespace: "default", attempt: 0 },
    hostname: `pod-${uid}`,
    logDirectory,
    dns: { servers: ["10.96.0.10"], searches: ["svc.cluster.local"], options: ["ndots:5"] },
    portMappings: [],
    labels: { "io.kubernetes.pod.uid": uid },
    annotations: {},
    cgroupParent: `/kubepods/besteffort/pod${uid}`,
    sysctls: {},
    security: {
      namespaces: NAMESPACES,
      supplementalGroups: [],
      privileged: false,
      seccomp: { type: "RuntimeDefault" },
    },
  };
}

function containerConfig(uid: string, image: string, userSpecifiedImage: string, script: string): ContainerConfig {
  return {
    metadata: { name: "app", attempt: 0 },
    image,
    userSpecifiedImage,
    command: ["sh", "-c", script],
    args: [],
    workingDirectory: "",
    env: [{ name: "GREETING", value: "hello" }],
    mounts: [],
    labels: { "io.kubernetes.pod.uid": uid, "io.kubernetes.container.name": "app" },
    annotations: {},
    logPath: "app/0.log",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 2, oomScoreAdj: 1000 },
    security: {
      namespaces: NAMESPACES,
      addCapabilities: [],
      dropCapabilities: [],
      privileged: false,
      readOnlyRootfs: false,
      supplementalGroups: [],
      noNewPrivileges: false,
      maskedPaths: [],
      readOnlyPaths: [],
      seccomp: { type: "RuntimeDefault" },
    },
  };
}
