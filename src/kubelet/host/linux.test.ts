import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import { writeAtomically } from "../volumes/atomic-writer.ts";
import { cniConfig } from "./cni.ts";
import { cgroupLayout, linuxCgroups } from "./linux-cgroups.ts";
import { linuxFiles } from "./linux-files.ts";
import { memoryInfo } from "./linux-machine.ts";
import { MemoryFiles } from "./memory-files.ts";

/** A place to write in, and what takes it away again: only the machine's own files have anything to take away. */
interface Place {
  readonly directory: string;
  readonly close: () => void;
}

function temporary(): Place {
  const directory = mkdtempSync(`${tmpdir()}/nvf-`);
  return { directory, close: () => rmSync(directory, { recursive: true, force: true }) };
}

function inMemory(): Place {
  return { directory: "/volume", close: () => {} };
}

const FILES = [
  { name: "the machine's files", make: linuxFiles, open: () => temporary() },
  { name: "files in memory", make: () => new MemoryFiles(new VirtualClock()), open: () => inMemory() },
];

for (const { name, make, open } of FILES) {
  test(`${name}: an atomic directory shows one payload, then the next`, async (t) => {
    const { directory, close } = open();
    t.after(close);
    const files = make();
    await files.makeDirectory(directory);
    const file = (content: string) => ({ content, mode: 0o644 });
    const write = (entries: Record<string, string>, stamp: string) =>
      writeAtomically(files, directory, new Map(Object.entries(entries).map(([key, text]) => [key, file(text)])), {
        stamp,
      });
    const read = async (path: string) => new TextDecoder().decode(await files.read(`${directory}/${path}`));
    assert.equal(await write({ a: "1", "deep/b": "2" }, "1"), true);
    assert.equal(await read("a"), "1");
    assert.equal(await read("deep/b"), "2");
    assert.equal(await write({ a: "1", "deep/b": "2" }, "2"), false);
    assert.equal(await write({ a: "3", c: "4" }, "3"), true);
    assert.equal(await read("a"), "3");
    const shown = (await files.list(directory)).filter((each) => !each.startsWith(".."));
    assert.deepEqual(shown, ["a", "c"]);
    assert.equal((await files.list(directory)).length, 4);
  });

  test(`${name}: a path never leads out of its volume`, async (t) => {
    const { directory, close } = open();
    t.after(close);
    const files = make();
    await files.makeDirectory(`${directory}/inside`);
    await files.symlink("/etc", `${directory}/out`);
    await files.symlink("inside", `${directory}/in`);
    assert.equal(await files.resolveBelow(directory, "in/new"), `${directory}/inside/new`);
    await assert.rejects(files.resolveBelow(directory, "out/passwd"), /leads out/);
    await assert.rejects(files.resolveBelow(directory, "../x"), /leads out/);
  });
}

test("the cgroup layout is read off the mounts", () => {
  const v1 =
    "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
  const layout = cgroupLayout(v1);
  assert.ok(layout.version === 1);
  assert.equal(layout.controllers.get("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct");
  const v2 = cgroupLayout("30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate");
  assert.deepEqual(v2, { version: 2, root: "/sys/fs/cgroup" });
});

test("memory figures are bytes", () => {
  assert.equal(memoryInfo("MemTotal:       1024 kB\nMemFree:  5 kB\n").get("MemTotal"), 1024 * 1024);
});

test("the network configuration routes pods one by one where a bridge can't be filtered", () => {
  const input = { podCidr: "10.1.2.0/24", bridge: "nav0", stateDirectory: "/s", iptables: true };
  const types = (config: string) => (JSON.parse(config).plugins as { type: string }[]).map((each) => each.type);
  assert.deepEqual(types(cniConfig({ ...input, bridgeFilter: true })), ["bridge", "portmap"]);
  assert.deepEqual(types(cniConfig({ ...input, iptables: false, bridgeFilter: false })), ["ptp"]);
});

test("a symlink that leads nowhere is not followed when parts are made", async (t) => {
  const { directory, close } = temporary();
  t.after(close);
  mkdirSync(`${directory}/v`);
  symlinkSync("/nowhere/at/all", `${directory}/v/link`);
  writeFileSync(`${directory}/v/file`, "x");
  await assert.rejects(linuxFiles().resolveBelow(`${directory}/v`, "link/x"), /leads/);
  assert.equal(readFileSync(`${directory}/v/file`, "utf8"), "x");
});

test("a change in a directory is told, and a directory that isn't there says nothing until asked no more", async (t) => {
  const { directory, close } = temporary();
  t.after(close);
  const files = linuxFiles();
  const told = files.changed(directory, new AbortController().signal);
  writeFileSync(`${directory}/new`, "x");
  await told;
  const abort = new AbortController();
  const never = files.changed(`${directory}/absent`, abort.signal);
  abort.abort();
  await never;
});

test("a pod's limits are written where each layout has them", async (t) => {
  const { directory, close } = temporary();
  t.after(close);
  const limits = { cpuShares: 1024, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimitBytes: 1 << 20 };
  const read = (path: string) => readFileSync(`${directory}/${path}`, "utf8");
  await linuxCgroups({ version: 2, root: directory }).ensure("/nav1/pod", limits);
  assert.equal(read("nav1/pod/cpu.weight"), "39");
  assert.equal(read("nav1/pod/cpu.max"), "50000 100000");
  assert.equal(read("nav1/pod/memory.max"), "1048576");
  const controllers = new Map([
    ["cpu", `${directory}/cpu`],
    ["memory", `${directory}/memory`],
  ]);
  await linuxCgroups({ version: 1, controllers }).ensure("/nav1/pod", limits);
  assert.equal(read("cpu/nav1/pod/cpu.shares"), "1024");
  assert.equal(read("cpu/nav1/pod/cpu.cfs_quota_us"), "50000");
  assert.equal(read("memory/nav1/pod/memory.limit_in_bytes"), "1048576");
});
