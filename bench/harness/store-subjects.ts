import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock, silentLog } from "../../src/base/index.ts";
import { freePort } from "../../src/net/testing/free-port.ts";
import { openEmbeddedStore, openEtcdStore, type Store } from "../../src/store/index.ts";

const clock = realClock();
const log = silentLog;
const HOLDER = join(import.meta.dirname, "store-holder.ts");
const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
/** A gigabyte on a busy machine takes its time. */
const START_TIMEOUT_MS = 120_000;

/** Memory of a process, in bytes. */
export interface Memory {
  readonly own: number;
  /** With the pages of files that it has in sight: etcd's database is one, its program and Node's are too. */
  readonly resident: number;
}

/** A store to measure, wherever it runs. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  readonly store: Store;
  /** Opens it anew, and says what memory the process takes that has done only that. */
  memory(): Promise<Memory>;
  /** CPU time that the process it runs in has used so far. */
  cpuMs(): number;
  diskBytes(): number;
  /** How often its log said something, since it was opened last; 0 when that is not listened to. */
  said(message: string): number;
  /** Ends it and opens it again; how long that took. */
  restart(): Promise<number>;
}

/** A directory for what is measured, on the disk that temporary files lie on. */
export function benchDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function embedded(parent: string, directoryName = "embedded"): Promise<Subject> {
  const directory = join(parent, directoryName);
  let store = await openEmbeddedStore({ directory, clock, log });
  return {
    name: "embedded",
    get store() {
      return store;
    },
    async memory() {
      await store.close();
      const memory = await memoryOfHolder(directory);
      store = await openEmbeddedStore({ directory, clock, log });
      return memory;
    },
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    said: () => 0,
    diskBytes: () => bytesIn(directory),
    async restart() {
      await store.close();
      const startedMs = performance.now();
      store = await openEmbeddedStore({ directory, clock, log });
      return performance.now() - startedMs;
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The embedded store in a process of its own, behind etcd's API. */
export function served(parent: string, directoryName = "served"): Promise<Subject> {
  return remote("served", join(parent, directoryName), (directory, port) =>
    spawn(
      process.execPath,
      [MAIN, "etcd", "--data-dir", directory, "--listen-client-urls", `http://127.0.0.1:${port}`],
      { stdio: ["ignore", "ignore", "pipe"] },
    ),
  );
}

/** The real thing, as the distribution has it. */
export function etcd(parent: string, directoryName = "etcd"): Promise<Subject> {
  return remote("etcd", join(parent, directoryName), (directory, port, peerPort) => {
    const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
    const flags = {
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `default=${peer}`,
      "data-dir": directory,
      "quota-backend-bytes": String(8 * 1024 ** 3),
      logger: "zap",
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    return spawn("etcd", args, { stdio: "ignore" });
  });
}

async function remote(
  name: string,
  directory: string,
  start: (directory: string, port: number, peerPort: number) => ChildProcess,
): Promise<Subject> {
  mkdirSync(directory, { recursive: true });
  const [port, peerPort] = [await freePort(), await freePort()];
  let child: ChildProcess;
  let store: Store;
  let said = "";
  const open = async () => {
    child = start(directory, port, peerPort);
    said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    store = await connected(`http://127.0.0.1:${port}`, child);
  };
  const close = async () => {
    await store.close();
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  await open();
  const restart = async () => {
    await close();
    const startedMs = performance.now();
    await open();
    return performance.now() - startedMs;
  };
  return {
    name,
    get store() {
      return store;
    },
    async memory() {
      await restart();
      return memoryOf(child.pid!);
    },
    cpuMs: () => cpuMsOf(child.pid!),
    said: (message) => said.split(message).length - 1,
    diskBytes: () => bytesIn(directory),
    restart,
    [Symbol.asyncDispose]: close,
  };
}

async function connected(endpoint: string, child: ChildProcess): Promise<Store> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await openEtcdStore({ endpoints: [endpoint], clock, log });
    } catch (error) {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded && performance.now() < untilMs) await clock.sleep(25);
      else {
        child.kill("SIGKILL");
        throw error;
      }
    }
  }
}

/** Of a process of its own that has opened a directory. */
async function memoryOfHolder(directory: string): Promise<Memory> {
  const child = spawn(process.execPath, [HOLDER, directory], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exited]);
  const memory = memoryOf(child.pid!);
  child.stdin.end();
  await exited;
  return memory;
}

function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { own: bytes("RssAnon"), resident: bytes("VmRSS") };
}

/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

function cpuMsOf(pid: number): number {
  // What follows the name, which may hold anything: the state is the first field.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** What files take on the disk: etcd makes its log larger than what is in it. */
export function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + blocksOf(join(entry.parentPath, entry.name)) * 512, 0);
}

/** 0 for a file that has gone since it was listed. */
function blocksOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.blocks ?? 0;
}
