import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bridgeName } from "../real.ts";

/** Set inside; its value is the process outside, by which everything temporary is named. */
const INSIDE = "NAVARCH_TEST_NAMESPACES";
const DIRECTORY = /^navarch-real-(\d+)-/;
const RUNNER_POLL_MS = 500;
const CGROUPS = "/sys/fs/cgroup";

/**
 * The machine as a fresh one: a network with one address and a default route, mounts, processes, /run. Ends when the test
 * does, or when whoever started it is gone: then every process in it is killed, and the kernel takes the rest away.
 */
const SETUP = `set -e
mount -t proc proc /proc
mkdir -p /run /var/lib/cni
mount --rbind ${CGROUPS} /mnt
mount -t sysfs sysfs /sys
mount --rbind /mnt ${CGROUPS}
umount --lazy /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib/cni
ip link set lo up
ip link add eth0 type veth peer name far0
ip address add 192.0.2.2/24 dev eth0
ip link set eth0 up
ip link set far0 up
ip route add default via 192.0.2.1
set +e
( cat <&3 >/dev/null; kill -KILL -1 ) &
"$@" 3<&-
exit $?`;

/** Why tests can't have namespaces of their own; false when they can. */
export function withoutNamespaces(): string | false {
  if (process.env[INSIDE] !== undefined) return false;
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "real nodes need root on Linux";
  for (const program of ["unshare", "ip", "mount"])
    if (spawnSync(program, ["--help"]).error) return `${program} is not installed`;
  const stdio = ["ignore", "ignore", "pipe", "pipe"] as const;
  const { status, stderr } = spawnSync("unshare", [...FLAGS, "sh", "-c", SETUP, "sh", "true"], { stdio: [...stdio] });
  return status === 0 ? false : `this machine doesn't let namespaces be made: ${stderr.toString().trim()}`;
}

const FLAGS = ["--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private"];

/**
 * Runs the calling test file in network, mount and process namespaces of its own, so that nothing on the machine reaches
 * its nodes and nothing of theirs stays. To be awaited before any test is declared: it returns inside only.
 */
export async function enterNamespaces(): Promise<void> {
  if (process.env[INSIDE] !== undefined) return;
  removeLeftovers();
  const child = spawn(
    "unshare",
    [...FLAGS, "sh", "-c", SETUP, "sh", process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: ["inherit", "inherit", "inherit", "pipe"], env: { ...process.env, [INSIDE]: String(process.pid) } },
  );
  // A test runner that is killed takes its files' processes with it.
  const runner = process.ppid;
  const watch = setInterval(() => process.ppid !== runner && child.stdio[3]?.destroy(), RUNNER_POLL_MS);
  const code = await new Promise<number>((resolve) => child.on("exit", (status) => resolve(status ?? 1)));
  clearInterval(watch);
  removeLeftovers(process.pid);
  process.exit(code);
}

/** The start of the name of every directory that holds a real node of tests, for mkdtemp. */
export function realDirectoryPrefix(): string {
  return join(tmpdir(), `navarch-real-${process.env[INSIDE]}-`);
}

/** Removes what test runs left that have ended: their files, and cgroups, the one thing that no namespace takes with it. */
function removeLeftovers(ended?: number): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = Number(DIRECTORY.exec(name)?.[1]);
    if (!owner || (owner !== ended && existsSync(`/proc/${owner}`))) continue;
    const directory = join(tmpdir(), name);
    for (const root of cgroupsOf(directory)) removeCgroup(root);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Those of a real node there are: they are named after the directory of its containerd. */
export function cgroupsOf(directory: string): string[] {
  const name = bridgeName(join(directory, "containerd"));
  return ["", ...readdirSync(CGROUPS)].map((controller) => join(CGROUPS, controller, name)).filter(existsSync);
}

function removeCgroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  rmdirSync(path);
}
