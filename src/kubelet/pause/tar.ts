import { Buffer } from "node:buffer";

/**
 * Tar archives as images are made of: only what can be repeated byte for byte. No owner names, no times, entries in the
 * order given.
 */
export interface TarEntry {
  readonly path: string;
  readonly content?: Uint8Array;
  readonly mode: number;
  readonly type: "file" | "directory" | "symlink";
  readonly target?: string;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
const TYPES = { file: "0", directory: "5", symlink: "2" } as const;

export function tar(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const content = entry.content ?? new Uint8Array();
    parts.push(
      header(entry, content.length),
      content,
      new Uint8Array((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES),
    );
  }
  parts.push(new Uint8Array(2 * BLOCK_BYTES));
  return Buffer.concat(parts);
}

function header(entry: TarEntry, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  const octal = (at: number, value: number, digits: number) => put(at, `${value.toString(8).padStart(digits, "0")}\0`);
  const name = entry.type === "directory" ? `${entry.path}/` : entry.path;
  if (new TextEncoder().encode(name).length > NAME_BYTES_MAX || (entry.target?.length ?? 0) > NAME_BYTES_MAX)
    throw new Error(`pack ${entry.path}: a name in this archive has at most ${NAME_BYTES_MAX} bytes`);
  put(0, name);
  octal(100, entry.mode, 7);
  octal(108, 0, 7);
  octal(116, 0, 7);
  octal(124, size, 11);
  octal(136, 0, 11);
  put(148, "        ");
  put(156, TYPES[entry.type]);
  put(157, entry.target ?? "");
  put(257, "ustar\u000000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
