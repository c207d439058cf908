import { parseTime, type Clock } from "../../base/index.ts";
import type { HostFiles } from "../host/index.ts";

/** Which part of a container's log to give. */
export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Lines from this instant on. */
  readonly sinceMs?: number;
  readonly stream: "All" | "Stdout" | "Stderr";
}

const BLOCK_BYTES = 64 * 1024;
const POLL_MS = 200;

interface Line {
  readonly time: string;
  readonly stream: string;
  readonly partial: boolean;
  readonly text: string;
}

/** One line as runtimes write it: time, stream, F (full) or P (partial), text. */
function parseLogLine(line: string): Line | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP])(?::\S*)? ?([\s\S]*)$/.exec(line);
  return match ? { time: match[1]!, stream: match[2]!, partial: match[3] === "P", text: match[4]! } : undefined;
}

/** The log of a container as users see it, piece by piece; with `follow` it goes on until `ended` says so. */
export async function* readLog(
  source: {
    readonly files: HostFiles;
    readonly path: string;
    readonly clock: Clock;
    readonly ended: () => Promise<boolean>;
  },
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { files, path, clock, ended } = source;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let at = await startOf(files, path, options.tailLines);
  let rest = "";
  const decoder = new TextDecoder();
  while (!signal.aborted && left > 0) {
    const info = await files.stat(path);
    // Shorter than what was read: the file was rotated away, the new one starts anew.
    if (info && info.sizeBytes < at) at = 0;
    const chunk = info && info.sizeBytes > at ? await files.readRange(path, at, BLOCK_BYTES) : new Uint8Array();
    if (chunk.length === 0) {
      if (!options.follow) return;
      const over = await ended();
      const more = await files.stat(path);
      if (over && (more?.sizeBytes ?? 0) <= at) return;
      if (!over) await clock.sleep(POLL_MS, signal).catch(() => {});
      continue;
    }
    at += chunk.length;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    const bytes = new TextEncoder().encode(lines.map((line) => render(line, options)).join("")).subarray(0, left);
    left -= bytes.length;
    if (bytes.length > 0) yield bytes;
  }
}

function render(text: string, options: LogOptions): string {
  const line = parseLogLine(text);
  if (!line) return "";
  if (options.stream !== "All" && options.stream.toLowerCase() !== line.stream) return "";
  if (options.sinceMs !== undefined && parseTime(line.time) < options.sinceMs) return "";
  return `${options.timestamps ? `${line.time} ` : ""}${line.text}${line.partial ? "" : "\n"}`;
}

/** Where the last `lines` lines begin, read from the end. */
async function startOf(files: HostFiles, path: string, lines: number | undefined): Promise<number> {
  if (lines === undefined) return 0;
  const size = (await files.stat(path))?.sizeBytes ?? 0;
  if (lines === 0) return size;
  let wanted = lines;
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - BLOCK_BYTES);
    const block = await files.readRange(path, from, end - from);
    for (let index = block.length - 1; index >= 0; index--) {
      const isEnd = from + index === size - 1;
      if (block[index] === 10 && !isEnd && wanted-- === 1) return from + index + 1;
    }
    end = from;
  }
  return 0;
}
