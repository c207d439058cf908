import { busyboxImage, withoutContainers, architecture } from "../../testing/containers.ts";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, suite } from "node:test";
import { realClock } from "../../../base/index.ts";
import {
  cniConfig,
  enableBridgeFilter,
  ensureContainerd,
  findProgram,
  linuxHost,
  stopContainerd,
  writeCniConfig,
} from "../../host/index.ts";
import { PAUSE_IMAGE, pauseImage } from "../../pause/index.ts";
import { execFileSync } from "node:child_process";
import { enterNamespaces, realDirectoryPrefix } from "../../testing/namespaces.ts";
import { runtimeSuite } from "../cri.suite.ts";
import { GrpcRuntime } from "./runtime.ts";
import { untilServing } from "./serving.ts";

const skip = withoutContainers();
if (!skip) await enterNamespaces();
const IMAGE = "navarch.dev/test/busybox:1";
/** Minutes: what a test waits for says nothing about speed. */
const TRIES_MAX = 6000;

suite("containerd over gRPC", { skip }, () => {
  const clock = realClock();
  const { signal } = new AbortController();
  const directory = mkdtempSync(realDirectoryPrefix());
  let runtime: GrpcRuntime;

  before(async () => {
    const containerd = await ensureContainerd({ directory, sandboxImage: PAUSE_IMAGE, clock }, signal);
    const network = { podCidr: "10.199.77.0/24", bridge: "nvt-test0", stateDirectory: containerd.cniStateDirectory };
    const iptables = findProgram("iptables") !== undefined;
    const config = cniConfig({ ...network, iptables, bridgeFilter: await enableBridgeFilter() });
    await writeCniConfig(containerd.cniConfDirectory, config);
    await containerd.importImage(pauseImage(architecture));
    await containerd.importImage(busyboxImage(IMAGE));
    const noStreams = () => Promise.reject(new Error("no streams in this suite"));
    runtime = new GrpcRuntime(containerd.socket, { session: noStreams, port: noStreams });
    await untilServing(runtime, { clock, endpoint: containerd.socket, signal });
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const conditions = await runtime.status(signal);
      if (conditions.find((each) => each.type === "NetworkReady")?.status) break;
      await clock.sleep(50);
    }
  });

  after(async () => {
    for (const { id } of await runtime.listPodSandboxes({}, signal)) {
      await runtime.stopPodSandbox(id, signal);
      await runtime.removePodSandbox(id, signal);
    }
    await runtime.close();
    await stopContainerd(directory, clock);
    const host = await linuxHost();
    for (let count = 0; count < 10; count++) await host.cgroups.remove(`/kubepods/besteffort/poduid-${count}`);
    try {
      execFileSync("ip", ["link", "delete", "nvt-test0"], { stdio: "ignore" });
    } catch {
      // Never made: no sandbox came up.
    }
    rmSync(directory, { recursive: true, force: true });
    const left = await readFile("/proc/self/mountinfo", "utf8");
    assert.ok(!left.includes(directory), "mounts were left behind");
  });

  runtimeSuite("as any runtime", async () => ({
    runtime,
    image: IMAGE,
    logDirectory: `${directory}/logs`,
    readText: (path) => readFile(path, "utf8"),
    makeDirectory: async (path) => void mkdirSync(path, { recursive: true }),
    async until(condition) {
      for (let tries = 0; tries < TRIES_MAX && !(await condition()); tries++) await clock.sleep(50);
    },
  }));
});
