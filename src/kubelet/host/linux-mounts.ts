import { pid } from "node:process";
import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { HostError } from "./errors.ts";
import type { HostMounts } from "./host.ts";
import { openPath } from "./linux-files.ts";

const run = promisify(execFile);

/** The machine's mounts, changed through mount(8) and umount(8). */
export function linuxMounts(): HostMounts {
  return {
    async tmpfs(path, { sizeBytes, mode }) {
      const options = [`mode=${mode.toString(8)}`, ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`])];
      await run("mount", ["-t", "tmpfs", "-o", options.join(","), "tmpfs", path]);
    },
    async bind(source, target) {
      // What is mounted is the file that was checked, even when the path leads elsewhere a moment later.
      const file = await openPath(source);
      try {
        const real = await readlink(`/proc/self/fd/${file.fd}`);
        if (real !== source) throw new HostError("escapes", `mount ${source}: it is ${real} now`);
        await run("mount", ["--bind", `/proc/${pid}/fd/${file.fd}`, target]);
      } finally {
        await file.close();
      }
    },
    async unmount(path) {
      await run("umount", [path]).catch(async (error) => {
        // Somebody still has it open: out of sight now, gone when they are done.
        await run("umount", ["--lazy", path]).catch(() => {
          throw new HostError("failed", `unmount ${path}: it is in use`, { cause: error });
        });
      });
    },
    async below(path) {
      const text = await readFile("/proc/self/mountinfo", "utf8");
      const points = text
        .split("\n")
        .map((line) => unescapePoint(line.split(" ")[4] ?? ""))
        .filter((point) => point === path || point.startsWith(`${path}/`));
      return points.sort();
    },
  };
}

function unescapePoint(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
