import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parse } from "yaml";

const LAUNCHER = join(import.meta.dirname, "../../bin/navarch.js");
const TICKS_PER_SECOND = 100;

/** How to reach a server and who one is. */
export interface Access {
  readonly url: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** `navarch up` in a process of its own, measured from outside. */
export class BenchServer implements AsyncDisposable {
  readonly access: Access;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  readonly pid: number;
  readonly directory: string;
  readonly #end: () => Promise<void>;
  readonly #keep: boolean;

  private constructor(init: {
    access: Access;
    readyMs: number;
    pid: number;
    directory: string;
    end: () => Promise<void>;
    keep: boolean;
  }) {
    this.access = init.access;
    this.readyMs = init.readyMs;
    this.pid = init.pid;
    this.directory = init.directory;
    this.#end = init.end;
    this.#keep = init.keep;
  }

  /** `directory`: data of an earlier start, kept at the end; otherwise a new one that is deleted. */
  static async start(args: readonly string[], directory?: string): Promise<BenchServer> {
    const data = directory ?? mkdtempSync(join(tmpdir(), "navarch-bench-"));
    const startedMs = performance.now();
    const child = spawn(process.execPath, [LAUNCHER, "up", "--data-dir", data, "--listen", "127.0.0.1:0", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
    let output = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("\nReady in ")) resolve();
      });
      closed.then(() => reject(new Error(`start navarch: ended before it was ready: ${output}`)));
    });
    const readyMs = performance.now() - startedMs;
    return new BenchServer({
      access: readAccess(join(data, "kubeconfig")),
      readyMs,
      pid: Number(readFileSync(join(data, "navarch.pid"), "utf8")),
      directory: data,
      keep: directory !== undefined,
      end: async () => {
        child.kill("SIGINT");
        await closed;
      },
    });
  }

  /** Seconds of CPU that the process has used, all its threads together. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory in bytes. */
  rssBytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    if (!this.#keep) rmSync(this.directory, { recursive: true, force: true });
  }
}

function readAccess(kubeconfig: string): Access {
  const config = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
  const bytes = (text: string) => Buffer.from(text, "base64");
  return { url: server, ca: bytes(ca), cert: bytes(cert), key: bytes(key) };
}
