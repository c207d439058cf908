import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "./scenario.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUNDLE = join(ROOT, "dist/cli/main.js");
const SETTLE_MS = 2000;

/**
 * `navarch apiserver` with a store of its own, alone in a process: how soon it is ready on a new directory, and what it
 * costs at rest. As the package ships it when it has been built (`npm run build`), from the sources otherwise.
 */
export async function apiServerAlone(idleSeconds: number): Promise<Row[]> {
  // Once before: a source that Node has never compiled makes it load its compiler of types, 14 MB, for the life of the process.
  await measured(0);
  return measured(idleSeconds);
}

async function measured(idleSeconds: number): Promise<Row[]> {
  const isBuilt = existsSync(BUNDLE);
  const directory = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  const startedMs = performance.now();
  const flags = [
    "--store",
    `embedded:${join(directory, "store")}`,
    "--bind-address",
    "127.0.0.1",
    "--secure-port",
    "0",
  ];
  const child = spawn(process.execPath, [isBuilt ? BUNDLE : join(ROOT, "src/cli/main.ts"), "apiserver", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/navarch") },
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  try {
    let output = "";
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          output += chunk.toString();
          if (output.includes('"Component ready"')) resolve();
        });
      closed.then(() => reject(new Error(`start apiserver: ended before it was ready: ${output}`)));
    });
    const readyMs = performance.now() - startedMs;
    const startCpuMs = cpuMs(child.pid!);
    await sleep(SETTLE_MS);
    const cpuBefore = cpuMs(child.pid!);
    await sleep(idleSeconds * 1000);
    const what = `API server and store alone, ${isBuilt ? "as packaged" : "from sources"}`;
    return [
      { what: `${what}: ready`, value: readyMs, unit: "ms" },
      { what: `${what}: CPU until then`, value: startCpuMs, unit: "ms" },
      { what: `${what}: idle CPU`, value: (cpuMs(child.pid!) - cpuBefore) / (idleSeconds * 10), unit: "% of a core" },
      { what: `${what}: idle memory`, value: rssMegabytes(child.pid!), unit: "MB" },
    ];
  } finally {
    child.kill("SIGINT");
    await closed;
    rmSync(directory, { recursive: true, force: true });
  }
}

const MS_PER_TICK = 10;

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function rssMegabytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024) / 1e6;
}
