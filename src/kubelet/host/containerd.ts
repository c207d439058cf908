import { env, kill } from "node:process";
import { execFile, spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { promisify } from "node:util";
import type { Clock } from "../../base/index.ts";
import { HostError } from "./errors.ts";

const run = promisify(execFile);
const START_MS_MAX = 60_000;
const POLL_MS = 50;
const CAP_SYS_RESOURCE = 24n;
const CNI_PLACES = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

export interface ContainerdOptions {
  /** Everything of this instance is below: configuration, root, state, socket, network configuration. */
  readonly directory: string;
  readonly sandboxImage: string;
  readonly clock: Clock;
}

/** A containerd of our own, running by itself: it outlives this process. */
export interface Containerd {
  readonly socket: string;
  readonly cniConfDirectory: string;
  readonly cniStateDirectory: string;
  readonly pid: number;
  /** False when it ran already. */
  readonly started: boolean;
  /** Adds the images of an OCI archive. */
  importImage(archive: Uint8Array): Promise<void>;
}

interface Paths {
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly config: string;
  readonly pidFile: string;
  readonly log: string;
  readonly cniConf: string;
  readonly cniState: string;
}

function pathsOf(directory: string): Paths {
  return {
    root: `${directory}/root`,
    state: `${directory}/state`,
    socket: `${directory}/containerd.sock`,
    config: `${directory}/config.toml`,
    pidFile: `${directory}/containerd.pid`,
    log: `${directory}/containerd.log`,
    cniConf: `${directory}/cni/net.d`,
    cniState: `${directory}/cni/networks`,
  };
}

/** Programs that a real node needs and the machine doesn't have, with the Debian packages they come in. */
export function missingPrograms(): readonly { readonly program: string; readonly package: string }[] {
  const wanted = [
    { program: "containerd", package: "containerd" },
    { program: "ctr", package: "containerd" },
    { program: "runc", package: "runc" },
    { program: "ip", package: "iproute2" },
  ];
  const missing = wanted.filter(({ program }) => findProgram(program) === undefined);
  const cni =
    cniBinDirectory() === undefined ? [{ program: "the CNI plugins", package: "containernetworking-plugins" }] : [];
  const rules =
    findProgram("nft") === undefined && findProgram("iptables-restore") === undefined
      ? [{ program: "nft or iptables", package: "nftables" }]
      : [];
  return [...missing, ...cni, ...rules];
}

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const places = [...(env.PATH ?? "").split(":"), "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"];
  return places.map((place) => `${place}/${name}`).find((path) => existsSync(path));
}

function cniBinDirectory(): string | undefined {
  return CNI_PLACES.find((place) => existsSync(`${place}/bridge`) && existsSync(`${place}/host-local`));
}

/** Starts containerd, or finds the one that a former start left running. */
export async function ensureContainerd(options: ContainerdOptions, signal: AbortSignal): Promise<Containerd> {
  const { directory, clock } = options;
  const paths = pathsOf(directory);
  const [missing] = missingPrograms();
  if (missing)
    throw new HostError(
      "missing-program",
      `start containerd: ${missing.program} is not installed (package ${missing.package})`,
    );
  for (const path of [paths.root, paths.state, paths.cniConf, paths.cniState])
    await mkdir(path, { recursive: true, mode: 0o711 });
  const running = await runningPid(paths);
  const config = await configText(options, paths);
  const changed = (await readFile(paths.config, "utf8").catch(() => "")) !== config;
  if (running !== undefined && changed) await stopPid(running, clock);
  const alive = running !== undefined && !changed ? running : undefined;
  await writeFile(paths.config, config, { mode: 0o600 });
  const pid = alive ?? (await launch(paths));
  await untilAnswering({ paths, pid, clock, signal });
  return {
    socket: paths.socket,
    cniConfDirectory: paths.cniConf,
    cniStateDirectory: paths.cniState,
    pid,
    started: alive === undefined,
    importImage: (archive) => importImage(paths, archive),
  };
}

/** Ends the instance of a directory and unmounts what it left. Nothing to do when none runs. */
export async function stopContainerd(directory: string, clock: Clock): Promise<void> {
  const paths = pathsOf(directory);
  const pid = await runningPid(paths);
  if (pid !== undefined) await stopPid(pid, clock);
  await killContainerd(directory, clock);
  await rm(paths.pidFile, { force: true });
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
  const ours = mounts.filter((point) => point.startsWith(`${directory}/`)).sort();
  for (const point of ours.reverse()) await run("umount", ["--lazy", point]).catch(() => {});
}

/** Ends whatever still runs of the instance of a directory, shims too, when nothing else knows of them any more. */
async function killContainerd(directory: string, clock: Clock): Promise<void> {
  const paths = pathsOf(directory);
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (words.includes(paths.config) || words.includes(paths.socket)) await stopPid(Number(name), clock);
  }
}

async function launch(paths: Paths): Promise<number> {
  const log = openSync(paths.log, "a", 0o600);
  const child = spawn(findProgram("containerd")!, ["--config", paths.config], {
    // Its own session: a Ctrl-C for us is none of its business.
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const spawned = new Promise<void>((resolve) => child.once("spawn", resolve));
  await Promise.race([spawned, failed]);
  child.unref();
  await writeFile(paths.pidFile, `${child.pid}\n`);
  return child.pid!;
}

/** The process of the pid file, if it is still the containerd of this configuration. */
async function runningPid(paths: Paths): Promise<number | undefined> {
  const pid = Number(await readFile(paths.pidFile, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.split("\0").includes(paths.config) ? pid : undefined;
}

async function stopPid(pid: number, clock: Clock): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      kill(pid, signal);
    } catch {
      return;
    }
    for (let waitedMs = 0; waitedMs < 5000; waitedMs += POLL_MS) {
      if (!existsSync(`/proc/${pid}`) || (await isZombie(pid))) return;
      await clock.sleep(POLL_MS);
    }
  }
}

async function isZombie(pid: number): Promise<boolean> {
  return /^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""));
}

async function untilAnswering(wait: {
  readonly paths: Paths;
  readonly pid: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { paths, pid, clock, signal } = wait;
  for (let waitedMs = 0; waitedMs < START_MS_MAX; waitedMs += POLL_MS) {
    if (await answers(paths.socket)) return;
    if (!existsSync(`/proc/${pid}`) || (await isZombie(pid))) break;
    await clock.sleep(POLL_MS, signal);
  }
  const log = await readFile(paths.log, "utf8").catch(() => "");
  throw new HostError(
    "failed",
    `start containerd: it does not answer on ${paths.socket}; its last words: ${log.slice(-500).trim()}`,
  );
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", () => resolve(false));
  });
}

async function importImage(paths: Paths, archive: Uint8Array): Promise<void> {
  const directory = await mkdtemp(`${paths.root}/import-`);
  try {
    const file = `${directory}/image.tar`;
    await writeFile(file, archive);
    const flags = ["--address", paths.socket, "--namespace", "k8s.io", "images", "import"];
    const { snapshotter } = await snapshotterOf(paths.root);
    await run(findProgram("ctr")!, [...flags, "--snapshotter", snapshotter, file]);
  } catch (error) {
    throw new HostError("failed", "import image: containerd refused the archive", { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function configText(options: ContainerdOptions, paths: Paths): Promise<string> {
  const { snapshotter } = await snapshotterOf(paths.root);
  const apparmor = (await readFile("/sys/module/apparmor/parameters/enabled", "utf8").catch(() => "")).startsWith("Y");
  const text = JSON.stringify;
  return `# Written by navarch at every start.
version = 2
root = ${text(paths.root)}
state = ${text(paths.state)}
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
  address = ${text(paths.socket)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(options.sandboxImage)}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = ${!(apparmor && findProgram("apparmor_parser") !== undefined)}
  restrict_oom_score_adj = ${!(await mayLowerOomScore())}
  max_container_log_line_size = 16384
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${text(snapshotter)}
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(cniBinDirectory() ?? CNI_PLACES[0])}
    conf_dir = ${text(paths.cniConf)}
    max_conf_num = 1
`;
}

/** Without CAP_SYS_RESOURCE no process can be made less likely to be killed than it is. */
async function mayLowerOomScore(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8");
  const capabilities = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return ((capabilities >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

/** overlayfs where the file system below can carry it. */
async function snapshotterOf(root: string): Promise<{ readonly snapshotter: "overlayfs" | "native" }> {
  const directory = await mkdtemp(`${root}/overlay-`);
  try {
    for (const name of ["lower", "upper", "work", "merged"]) await mkdir(`${directory}/${name}`);
    const options = `lowerdir=${directory}/lower,upperdir=${directory}/upper,workdir=${directory}/work`;
    await run("mount", ["-t", "overlay", "-o", options, "overlay", `${directory}/merged`]);
    await run("umount", [`${directory}/merged`]);
    return { snapshotter: "overlayfs" };
  } catch {
    return { snapshotter: "native" };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
