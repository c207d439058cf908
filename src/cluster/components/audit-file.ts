import { createWriteStream, createReadStream } from "node:fs";
import { appendFile, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "../../base/index.ts";

const MEGABYTE = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Names who did what, and to what: nobody else's business. */
const MODE = 0o600;

export interface AuditFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Another file is begun before this one would be larger. */
  readonly bytesMax: number;
  /** Old files that stay; 0: all. */
  readonly backupsMax: number;
  /** Days that old files stay; 0: for ever. */
  readonly daysMax: number;
  readonly compresses: boolean;
}

/** A file that grows by lines and is put aside when it is large: NAME-TIME.EXTENSION, in its folder. */
export class AuditFile {
  readonly #options: AuditFileOptions;
  #size: number | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  /** Resolves once the lines are in the file. Those that come meanwhile are written together. */
  async append(lines: readonly string[]): Promise<void> {
    this.#waiting.push(...lines);
    while (this.#writing) await this.#writing.catch(() => {});
    if (this.#waiting.length === 0) return;
    const text = this.#waiting.map((line) => `${line}\n`).join("");
    this.#waiting = [];
    this.#writing = this.#write(text).finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(text: string): Promise<void> {
    const { path, bytesMax } = this.#options;
    const bytes = Buffer.byteLength(text);
    this.#size ??= await sizeOf(path);
    if (this.#size > 0 && this.#size + bytes > bytesMax) await this.#putAside();
    await appendFile(path, text, { mode: MODE });
    this.#size += bytes;
  }

  async #putAside(): Promise<void> {
    const { path, clock, compresses } = this.#options;
    const time = new Date(clock.now()).toISOString().replace("Z", "").replaceAll(":", "-");
    const [name, extension] = partsOf(path);
    const aside = join(dirname(path), `${name}-${time}${extension}`);
    await rename(path, aside);
    this.#size = 0;
    if (compresses) await compress(aside);
    await this.#clean();
  }

  /** Removes old files beyond those that are kept. */
  async #clean(): Promise<void> {
    const { path, clock, backupsMax, daysMax } = this.#options;
    const [name, extension] = partsOf(path);
    const folder = dirname(path);
    const old = (await readdir(folder))
      .filter((file) => file.startsWith(`${name}-`) && (file.endsWith(extension) || file.endsWith(`${extension}.gz`)))
      .sort()
      .reverse();
    for (const [index, file] of old.entries()) {
      const whole = join(folder, file);
      const isTooOld = daysMax > 0 && (await stat(whole)).mtimeMs < clock.now() - daysMax * DAY_MS;
      if (isTooOld || (backupsMax > 0 && index >= backupsMax)) await rm(whole, { force: true });
    }
  }
}

/** A file can be had there; throws when not. */
export async function mustBeWritable(path: string): Promise<void> {
  await (await open(path, "a", MODE)).close();
}

async function compress(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`, { mode: MODE }));
  await rm(path);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function partsOf(path: string): [name: string, extension: string] {
  const [, name = "", extension = ""] = /^(.*?)(\.[^.]*)?$/.exec(basename(path)) ?? [];
  return [name, extension];
}

/** What --audit-log-maxsize stands for. */
export const bytesOf = (megabytes: number) => (megabytes || 100) * MEGABYTE;
