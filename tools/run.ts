import { spawn } from "node:child_process";
import { join } from "node:path";

/** The project's root. */
export const ROOT = join(import.meta.dirname, "..");

export interface RunResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a command in the project and gives its output, also shown when `show` is set. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly show?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      if (options.show) process.stdout.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: 127, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Adds up the closing lines of node's test runner. */
export function countTests(output: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, word, number] of output.matchAll(/^(?:ℹ|#) (pass|fail|skipped|cancelled) (\d+)$/gm)) {
    if (word === "pass") counts.passed += Number(number);
    else if (word === "skipped") counts.skipped += Number(number);
    else counts.failed += Number(number);
  }
  return counts;
}

/** Names and reasons of skipped tests. */
export function skips(output: string): string[] {
  return [...output.matchAll(/^\s*(?:﹣|ok \d+ -) (.+?)(?: \([\d.]+ms\))? # (?:SKIP )?(.+)$/gm)].map(
    ([, name, reason]) => `${name!.trim()}: ${reason}`,
  );
}
