import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isLockedElsewhere, lockFile } from "../../store/index.ts";
import { ConfigError } from "../errors.ts";

/** How the files of a data directory are laid out; a change that older versions can't read raises it. */
const FORMAT = 1;
const FORMAT_FILE = "format";
const LOCK_FILE = "lock";
const PID_FILE = "navarch.pid";

/** Everything that a cluster keeps there. */
const NAMES: ReadonlySet<string> = new Set([
  ...[FORMAT_FILE, LOCK_FILE, `${LOCK_FILE}-journal`, PID_FILE, "config.json", "kubeconfig", "running.json"],
  ...["store", "pki", "kubelet", "containerd", "logs"],
]);

/** A data directory that is this process's alone until it is closed. */
export interface DataDirectory {
  readonly path: string;
  /** Lets others have it. */
  close(): Promise<void>;
  /** The same, and takes away what this start has made, if there was no cluster before. */
  discard(): Promise<void>;
}

/**
 * Takes a data directory: makes it where it is missing, refuses one of a newer version or of something else, and one that
 * another process has. The lock is the operating system's, so of two that start at once one gets it, and a process that was
 * killed leaves none; the file with the pid only tells people and `navarch down` who it is.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const madeFirst = await mkdir(path, { recursive: true, mode: 0o700 });
  const isNew = checkContent(path);
  const lock = takeLock(path);
  const close = async () => {
    await rm(join(path, PID_FILE), { force: true });
    lock.close();
  };
  try {
    checkFormat(path);
    await writeFile(join(path, FORMAT_FILE), `${FORMAT}\n`, { mode: 0o600 });
    await writeFile(join(path, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    await close();
    throw error;
  }
  const discard = async () => {
    await close();
    if (!isNew) return;
    for (const name of NAMES) if (name !== "config.json") await rm(join(path, name), { recursive: true, force: true });
    if (madeFirst !== undefined) await rmdir(path).catch(() => {});
  };
  return { path, close, discard };
}

/** Whether no cluster has been there; throws when something else is. */
function checkContent(path: string): boolean {
  const entries = readdirSync(path);
  if (entries.includes(FORMAT_FILE)) return false;
  const strange = entries.find((name) => !NAMES.has(name));
  if (strange !== undefined)
    throw new ConfigError(
      `open data directory: ${path} holds ${strange}, which is no cluster's, wanted an empty directory or a cluster's`,
    );
  return !entries.includes("store") && !entries.includes("pki");
}

function checkFormat(path: string): void {
  const file = join(path, FORMAT_FILE);
  // A cluster from before there was this file has the first format.
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "1";
  const format = Number(text);
  if (text === "" || !Number.isInteger(format))
    throw new ConfigError(`open data directory: ${file} holds ${JSON.stringify(text)}, wanted a number`);
  if (format > FORMAT)
    throw new ConfigError(
      `open data directory: ${path} was written by a newer Navarch (format ${format}), wanted format ${FORMAT} or older`,
    );
}

function takeLock(path: string) {
  try {
    return lockFile(join(path, LOCK_FILE));
  } catch (error) {
    if (!isLockedElsewhere(error)) throw error;
    const pid = readPid(path);
    throw new ConfigError(
      `start cluster: it runs already in ${path}${pid === undefined ? "" : ` (process ${pid})`}, wanted another --data-dir or \`navarch down\``,
    );
  }
}

function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(join(path, PID_FILE), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

/** The process that serves a data directory; undefined when there is none, whatever the file with the pid says. */
export async function runningPid(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(path, PID_FILE), "utf8").catch(() => ""));
  if (!pid || !existsSync(join(path, LOCK_FILE))) return undefined;
  try {
    lockFile(join(path, LOCK_FILE)).close();
    return undefined;
  } catch (error) {
    if (isLockedElsewhere(error)) return pid;
    throw error;
  }
}

/** Deletes a cluster's data; throws for a directory that holds something else. */
export async function purgeDataDirectory(path: string): Promise<void> {
  if (!existsSync(path)) return;
  checkContent(path);
  await rm(path, { recursive: true, force: true });
}
