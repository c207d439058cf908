import { kill } from "node:process";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import type { CgroupLimits, HostCgroups } from "./host.ts";

const ROOT = "/sys/fs/cgroup";
const CONTROLLERS = ["cpu", "memory", "pids"] as const;
/** Where processes go that were in the topmost cgroup. */
const HOST_CHILD = "navarch-host";

/** Which cgroup layout the machine has, and where its controllers are. */
export type CgroupLayout =
  | { readonly version: 2; readonly root: string }
  | { readonly version: 1; readonly controllers: ReadonlyMap<string, string> };

/** Reads the layout off the mounts. A machine with both is one of version 1 when that has the controllers. */
export function cgroupLayout(mountInfo: string): CgroupLayout {
  const controllers = new Map<string, string>();
  let unified: string | undefined;
  for (const line of mountInfo.split("\n")) {
    const [left, right] = line.split(" - ");
    const point = left?.split(" ")[4];
    const [type, , options] = right?.split(" ") ?? [];
    if (point === undefined) continue;
    if (type === "cgroup2") unified ??= point;
    if (type === "cgroup") {
      const names = (options ?? "").split(",").filter((each) => each !== "rw" && each !== "ro");
      for (const name of names) controllers.set(name.replace(/^name=/, ""), point);
    }
  }
  if (controllers.has("memory") || controllers.has("cpu")) {
    // Runtimes put processes into the second hierarchy of such a machine too: it has to be cleaned with the others.
    if (unified !== undefined) controllers.set("unified", unified);
    return { version: 1, controllers };
  }
  return { version: 2, root: unified ?? ROOT };
}

/** Cgroups of pods in either layout. */
export function linuxCgroups(layout: CgroupLayout): HostCgroups {
  const roots = layout.version === 2 ? [layout.root] : [...new Set(layout.controllers.values())];
  return {
    ensure: (path, limits) =>
      layout.version === 2 ? ensureUnified(layout.root, path, limits) : ensureSplit(layout.controllers, path, limits),
    async kill(path) {
      for (const root of roots) await killTree(`${root}${path}`);
    },
    async remove(path) {
      for (const root of roots) await removeTree(`${root}${path}`);
    },
    async list(path) {
      const names = new Set<string>();
      for (const root of roots) for (const name of await directories(`${root}${path}`)) names.add(name);
      return [...names].sort();
    },
  };
}

async function ensureSplit(
  controllers: ReadonlyMap<string, string>,
  path: string,
  limits: CgroupLimits,
): Promise<void> {
  const set = async (controller: string, file: string, value: number | undefined) => {
    const root = controllers.get(controller);
    if (root === undefined || value === undefined) return;
    await mkdir(`${root}${path}`, { recursive: true });
    await writeIfThere(`${root}${path}/${file}`, String(value));
  };
  await set("cpu", "cpu.shares", limits.cpuShares);
  await set("cpu", "cpu.cfs_period_us", limits.cpuPeriod);
  await set("cpu", "cpu.cfs_quota_us", limits.cpuQuota);
  await set("memory", "memory.limit_in_bytes", limits.memoryLimitBytes);
}

async function ensureUnified(root: string, path: string, limits: CgroupLimits): Promise<void> {
  let place = root;
  for (const part of path.split("/").filter((each) => each !== "")) {
    await enableControllers(place, root);
    place += `/${part}`;
    await mkdir(place, { recursive: true });
  }
  if (limits.cpuShares !== undefined) {
    // The weight that stands for as many shares: 2..262144 onto 1..10000.
    const weight = 1 + Math.floor(((limits.cpuShares - 2) * 9999) / 262142);
    await writeIfThere(`${place}/cpu.weight`, String(weight));
  }
  if (limits.cpuQuota !== undefined)
    await writeIfThere(`${place}/cpu.max`, `${limits.cpuQuota} ${limits.cpuPeriod ?? 100_000}`);
  if (limits.memoryLimitBytes !== undefined) await writeIfThere(`${place}/memory.max`, String(limits.memoryLimitBytes));
}

/**
 * Lets the children of a cgroup have limits. The kernel refuses while the cgroup has processes of its own, as the topmost
 * one that a container sees always has: those move into a child first.
 */
async function enableControllers(place: string, root: string): Promise<void> {
  for (const controller of CONTROLLERS) {
    const enable = () => writeIfThere(`${place}/cgroup.subtree_control`, `+${controller}`);
    await enable().catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EBUSY" || place !== root) throw error;
      await moveProcesses(root, `${root}/${HOST_CHILD}`);
      await enable();
    });
  }
}

async function moveProcesses(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const pid of (await readFile(`${from}/cgroup.procs`, "utf8")).split("\n").filter((line) => line !== "")) {
    await writeFile(`${to}/cgroup.procs`, pid).catch((error: NodeJS.ErrnoException) => {
      // It has ended meanwhile.
      if (error.code !== "ESRCH") throw error;
    });
  }
}

/** Kernels are built without some controllers' files; what isn't there can't be set. */
async function writeIfThere(path: string, value: string): Promise<void> {
  await writeFile(path, value).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "EINVAL" && error.code !== "EACCES") throw error;
  });
}

async function killTree(path: string): Promise<void> {
  for (const name of await directories(path)) await killTree(`${path}/${name}`);
  const processes = await readFile(`${path}/cgroup.procs`, "utf8").catch(() => "");
  for (const pid of processes.split("\n").map(Number)) {
    try {
      if (pid > 0) kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

async function removeTree(path: string): Promise<void> {
  for (const name of await directories(path)) await removeTree(`${path}/${name}`);
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    // Busy: a process is still leaving it; housekeeping comes by again.
    if (error.code !== "ENOENT" && error.code !== "EBUSY") throw error;
  });
}

async function directories(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((each) => each.isDirectory()).map((each) => each.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export async function readMountInfo(): Promise<string> {
  return readFile("/proc/self/mountinfo", "utf8");
}
