import { own } from "../../base/index.ts";
import { readFile, statfs } from "node:fs/promises";
import { arch, cpus, hostname, networkInterfaces, release } from "node:os";
import type { MachineFacts, MachineUsage } from "./host.ts";

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ppc64: "ppc64le",
  s390x: "s390x",
};
const JIFFY_NS = 10_000_000;

/** What the machine is. */
export async function linuxFacts(cgroupVersion: 1 | 2): Promise<MachineFacts> {
  const memory = memoryInfo(await text("/proc/meminfo"));
  const release_ = await text("/etc/os-release");
  return {
    machineID: (await text("/etc/machine-id")).trim(),
    systemUUID: (await text("/sys/class/dmi/id/product_uuid")).trim(),
    bootID: (await text("/proc/sys/kernel/random/boot_id")).trim(),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(release_)?.[1] ?? "Linux",
    operatingSystem: "linux",
    architecture: own(ARCHITECTURES, arch()) ?? arch(),
    hostname: hostname().toLowerCase(),
    cpuCount: cpus().length,
    memoryBytes: memory.get("MemTotal") ?? 0,
    swapBytes: memory.get("SwapTotal") ?? 0,
    pidsMax: Number((await text("/proc/sys/kernel/pid_max")).trim()) || 32768,
    cgroupVersion,
    addresses: orderAddresses(await text("/proc/net/route")),
  };
}

/** How full it is. */
export async function linuxUsage(directory: string): Promise<MachineUsage> {
  const memory = memoryInfo(await text("/proc/meminfo"));
  const disk = await statfs(directory);
  const [, user = 0, nice = 0, system = 0] =
    /^cpu\s+(\d+) (\d+) (\d+)/.exec(await text("/proc/stat"))?.map(Number) ?? [];
  const available = memory.get("MemAvailable") ?? 0;
  return {
    memoryAvailableBytes: available,
    memoryWorkingSetBytes: (memory.get("MemTotal") ?? 0) - available,
    cpuCoreNanoseconds: (user + nice + system) * JIFFY_NS,
    diskCapacityBytes: disk.blocks * disk.bsize,
    diskAvailableBytes: disk.bavail * disk.bsize,
    inodes: disk.files,
    inodesFree: disk.ffree,
    pidsUsed: Number(/^\S+ \S+ \S+ \d+\/(\d+)/.exec(await text("/proc/loadavg"))?.[1] ?? 0),
  };
}

/** /proc/meminfo in bytes. */
export function memoryInfo(content: string): ReadonlyMap<string, number> {
  const lines = content.matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return new Map(Array.from(lines, ([, name, kib]) => [name!, Number(kib) * 1024]));
}

/** Addresses of the machine that others can reach, those of the default route's device first. */
function orderAddresses(routes: string): string[] {
  const device = /^(\S+)\s+00000000\s/m.exec(routes)?.[1];
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((each) => !each.internal && each.family === "IPv4")
      .map((each) => ({ address: each.address, first: name === device })),
  );
  const ordered = [...all.filter((each) => each.first), ...all.filter((each) => !each.first)];
  return ordered.map((each) => each.address);
}

async function text(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
