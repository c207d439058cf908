import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const FILLER = "filler";
const PIECE_BYTES = 64 * 1024;

/** A file system of its own that is easily full. */
export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts one at a path, making the directory; undefined where this process may not. */
  static mount(path: string, sizeBytes: number): SmallDisk | undefined {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes},mode=0700`, "tmpfs", path]);
    return status === 0 ? new SmallDisk(path) : undefined;
  }

  /** Takes all the room there is, or so much of it; what is free of it again makes the disk usable. */
  fill(bytes = Number.POSITIVE_INFINITY): void {
    const file = openSync(join(this.path, FILLER), "w");
    const piece = Buffer.alloc(PIECE_BYTES);
    try {
      for (let written = 0; written < bytes; ) written += writeSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what {@link fill} took. */
  free(): void {
    rmSync(join(this.path, FILLER));
  }

  /** More room. */
  grow(sizeBytes: number): void {
    const { status } = spawnSync("mount", ["-o", `remount,size=${sizeBytes}`, this.path]);
    if (status !== 0) throw new Error(`mount: ${this.path} can't be made larger`);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["--lazy", this.path]);
  }
}
