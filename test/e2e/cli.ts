import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/net/testing/free-port.ts";

const ROOT = join(import.meta.dirname, "../..");
export const LAUNCHER = join(ROOT, "bin/navarch.js");
/**
 * What Node runs as a server that signals reach. A killed launcher is no killed server: the server hears that its launcher is
 * gone, and ends in order.
 */
export const SERVER = ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/main.ts")];
/** What the launcher sets for the servers that it starts. */
export const SERVER_ENV = {
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(ROOT, "node_modules/.cache/navarch"),
};

/** Only against waiting for ever. */
const PATIENCE_MS = 300_000;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function command(
  program: string,
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly input?: string;
    readonly timeoutMs?: number;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        env: { ...process.env, ...options.env },
        timeout: options.timeoutMs ?? PATIENCE_MS,
        maxBuffer: 64 << 20,
        ...(options.cwd !== undefined && { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
    // A program that reads nothing may be gone before this is written.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** A cluster started through the launcher as a user would, in a directory of its own. */
export class TestCluster implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly output: string;
  readonly #ended: Promise<number>;
  readonly #signal: (name: NodeJS.Signals) => void;

  private constructor(init: {
    directory: string;
    port: number;
    output: string;
    ended: Promise<number>;
    signal: (name: NodeJS.Signals) => void;
  }) {
    this.directory = init.directory;
    this.port = init.port;
    this.output = init.output;
    this.#ended = init.ended;
    this.#signal = init.signal;
  }

  static temporaryDirectory(): string {
    return mkdtempSync(join(tmpdir(), "navarch-e2e-"));
  }

  /** Starts `navarch up` and waits until it says that it is ready. */
  static async up(
    args: readonly string[],
    { directory = TestCluster.temporaryDirectory(), host = "127.0.0.1" } = {},
  ): Promise<TestCluster> {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [LAUNCHER, "up", "--data-dir", directory, "--listen", `${host}:${port}`, ...args],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let output = "";
    const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("kubectl apply")) resolve();
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      ended.then((code) => reject(new Error(`navarch up ended with ${code}: ${output}`)));
    });
    return new TestCluster({ directory, port, output, ended, signal: (name) => child.kill(name) });
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    const result = await this.tryKubectl(args);
    if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr || result.stdout}`);
    return result.stdout;
  }

  tryKubectl(args: readonly string[], input?: string): Promise<CommandResult> {
    return command(
      "kubectl",
      ["--kubeconfig", join(this.directory, "kubeconfig"), ...args],
      input === undefined ? {} : { input },
    );
  }

  async apply(manifest: string): Promise<string> {
    const result = await this.tryKubectl(["apply", "-f", "-"], manifest);
    if (result.code !== 0) throw new Error(`kubectl apply: ${result.stderr}`);
    return result.stdout;
  }

  /** Ends the server in order; what it ran goes on. */
  async stop(): Promise<number> {
    this.#signal("SIGINT");
    return this.#ended;
  }

  /** The server dies on the spot, with no chance to end anything in order. */
  async kill(): Promise<void> {
    process.kill(Number(readFileSync(join(this.directory, "navarch.pid"), "utf8")), "SIGKILL");
    await this.#ended;
  }

  /** The objects that a query lists, or the one it names. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl("get", ...args, "-o", "json")) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await command(process.execPath, [LAUNCHER, "down", "--data-dir", this.directory, "--purge"]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Why kubectl can't be used; false when it can. */
export async function withoutKubectl(): Promise<string | false> {
  return (await command("kubectl", ["version", "--client"])).code === 0 ? false : "kubectl is not on this machine";
}

/** Tries until it works. How long that may take says nothing about speed: the machine may be busy with other things. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await pause(200);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
