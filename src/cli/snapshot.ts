import { createReadStream } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { answerOf } from "../client/index.ts";
import { defaultDataDirectory, openDataDirectory } from "../cluster/index.ts";
import { restoreEmbeddedStore, snapshotForEtcd, type SnapshotStatus, snapshotStatus } from "../store/index.ts";
import { type ConnectionArguments, openSession, type Session } from "./objects/connection.ts";

const FORMATS = ["navarch", "etcd"];
/** The path that the API server streams its store from. */
const SNAPSHOT_PATH = "/navarch/snapshot";

/** `navarch snapshot save`: the file gets its name once all of it is there, checked and on disk. */
export async function saveCommand(
  file: string,
  options: ConnectionArguments & { readonly format: string },
): Promise<number> {
  if (!FORMATS.includes(options.format))
    throw new Error(`read --format: got ${JSON.stringify(options.format)}, wanted ${FORMATS.join(" or ")}`);
  const unfinished = `${file}.part`;
  await using session = openSession(options);
  try {
    await writeTo(unfinished, await download(session));
    if (options.format === "etcd") {
      const saved = await readFile(unfinished);
      await writeTo(unfinished, snapshotForEtcd(saved, file));
    }
    const status = snapshotStatus(await readFile(unfinished), file);
    await rename(unfinished, file);
    process.stdout.write(`Snapshot saved at ${file}\n${textOf(status)}`);
    return 0;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function download({ client }: Session): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  const response = await client.raw({ path: SNAPSHOT_PATH, headers: { accept: "*/*" } });
  const { status, body } = response;
  if (status !== 200) await answerOf(response);
  if (body.type === "stream") return body.chunks;
  if (body.type === "bytes") return [body.bytes];
  throw new Error("save snapshot: the server answered with something else, wanted a file");
}

async function writeTo(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** `navarch snapshot restore`: makes a store where none is. */
export async function restoreCommand(
  file: string,
  { dataDir, storeDir }: { readonly dataDir?: string; readonly storeDir?: string },
): Promise<number> {
  if (dataDir !== undefined && storeDir !== undefined)
    throw new Error("restore snapshot: --data-dir and --store-dir don't go together");
  // A file that isn't there is to be said before any directory is made.
  await (await open(file)).close();
  const directory = resolve(storeDir ?? dataDir ?? defaultDataDirectory(process.getuid?.() === 0));
  const status = await (storeDir === undefined ? restoreCluster(file, directory) : restoreInto(file, directory));
  process.stdout.write(`Snapshot restored to ${directory}\n${textOf(status)}`);
  return 0;
}

function restoreInto(file: string, directory: string): Promise<SnapshotStatus> {
  return restoreEmbeddedStore({ directory, snapshot: createReadStream(file) });
}

async function restoreCluster(file: string, path: string): Promise<SnapshotStatus> {
  const directory = await openDataDirectory(path);
  try {
    const status = await restoreInto(file, join(path, "store"));
    await directory.close();
    return status;
  } catch (error) {
    await directory.discard();
    throw error;
  }
}

/** `navarch snapshot status`: what is in a file; one that is damaged fails. */
export async function statusOfCommand(file: string, { output }: { readonly output?: string }): Promise<number> {
  if (output !== undefined && output !== "json")
    throw new Error(`read --output: got ${JSON.stringify(output)}, wanted json`);
  const status = snapshotStatus(await readFile(file), file);
  process.stdout.write(output === "json" ? `${JSON.stringify(status)}\n` : textOf(status));
  return 0;
}

const PROTECTED =
  "Only users have access to this etcd. They count again where what is restored is served by `navarch etcd`; a cluster has users of its own.\n";

const PASSWORDLESS =
  "Who has no password in it shows a certificate, or got the password from an older `navarch etcd` and has not logged in since: set it anew.\n";

function textOf(status: SnapshotStatus): string {
  const { format, revision, keyCount, leaseCount, sizeBytes, userCount, passwordlessCount, isProtected } = status;
  const lines = [
    ["Format", format],
    ["Revision", revision],
    ["Keys", keyCount],
    ["Leases", leaseCount],
    ...(userCount > 0 ? [["Users", userCount]] : []),
    ...(passwordlessCount > 0 ? [["  without a password", passwordlessCount]] : []),
    ["Bytes", sizeBytes],
  ];
  const text = lines.map(([name, value]) => `  ${`${name} `.padEnd(10)}${value}\n`).join("");
  return text + (isProtected ? PROTECTED : "") + (passwordlessCount > 0 ? PASSWORDLESS : "");
}
