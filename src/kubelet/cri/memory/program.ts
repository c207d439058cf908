/**
 * What a simulated container runs: a flat list of operations, compiled from the container's own command line where that
 * says enough (`sleep 5`, `sh -c 'echo hi; exit 3'`), or given by a script. Its position is one number, so that a
 * running program can be copied.
 */
export type Operation =
  | { readonly op: "log"; readonly text: string; readonly stream: "stdout" | "stderr" }
  | { readonly op: "sleep"; readonly ms: number }
  | { readonly op: "exit"; readonly code: number }
  | { readonly op: "jump"; readonly to: number }
  /** Runs for ever. */
  | { readonly op: "wait" };

export type Program = readonly Operation[];

/** Runs for ever, ready at once: what a simulated container does when nothing says otherwise. */
export const SERVE: Program = [{ op: "wait" }];

const LOOP_PAUSE_MS = 1000;
const SHELLS = new Set(["sh", "bash", "ash", "dash"]);

/** The program of a command line; undefined when the command says nothing that a simulation could follow. */
export function compileCommand(argv: readonly string[]): Program | undefined {
  const [name, ...rest] = argv;
  if (name === undefined) return undefined;
  const base = baseName(name);
  if (SHELLS.has(base)) {
    const at = rest.findIndex((argument) => /^-[a-z]*c$/.test(argument));
    return at < 0 ? undefined : compileShell(rest[at + 1] ?? "");
  }
  const operations = compileSimple(base, rest);
  return operations && [...operations, ...(endsIt(operations) ? [] : [{ op: "exit", code: 0 } as const])];
}

/** A shell text of simple commands, `;`, `&&`, newlines and endless loops. */
function compileShell(text: string): Program | undefined {
  const loop = /^\s*while\s+(?:true|:|sleep\s+([\d.]+[smh]?))\s*;?\s*do\s+([\s\S]*?);?\s*done\s*;?\s*$/.exec(text);
  if (loop) return compileLoop(loop[1], loop[2] ?? "");
  const operations = compileSequence(text);
  return operations && (endsIt(operations) ? operations : [...operations, { op: "exit", code: 0 }]);
}

function compileLoop(pause: string | undefined, body: string): Program {
  const inside = compileSequence(body) ?? [];
  const operations: Operation[] = pause ? [{ op: "sleep", ms: durationMs(pause) ?? LOOP_PAUSE_MS }] : [];
  operations.push(...inside);
  // A loop without a pause would never let the simulation go on.
  if (!operations.some((each) => each.op !== "log")) operations.push({ op: "sleep", ms: LOOP_PAUSE_MS });
  return [...operations, { op: "jump", to: 0 }];
}

function compileSequence(text: string): Operation[] | undefined {
  const operations: Operation[] = [];
  for (const part of splitCommands(text)) {
    const [name, ...rest] = splitWords(part);
    if (name === undefined) continue;
    const compiled = compileSimple(baseName(name === "exec" ? (rest.shift() ?? "") : name), rest);
    if (!compiled) return operations.length > 0 ? [...operations, { op: "wait" }] : undefined;
    operations.push(...compiled);
  }
  return operations;
}

function compileSimple(name: string, args: readonly string[]): Operation[] | undefined {
  switch (name) {
    case "sleep":
      return compileSleep(args);
    case "exit":
      return [{ op: "exit", code: Number(args[0] ?? 0) & 255 }];
    case "true":
    case ":":
    case "set":
    case "trap":
    case "export":
      return [];
    case "false":
      return [{ op: "exit", code: 1 }];
    case "echo":
      return [{ op: "log", text: args.filter((each) => !each.startsWith(">")).join(" "), stream: streamOf(args) }];
    default:
      return undefined;
  }
}

function compileSleep(args: readonly string[]): Operation[] {
  if (args[0] === "infinity" || args[0] === "inf") return [{ op: "wait" }];
  const ms = durationMs(args[0] ?? "");
  return ms === undefined
    ? [
        { op: "log", text: `sleep: invalid number '${args[0] ?? ""}'`, stream: "stderr" },
        { op: "exit", code: 1 },
      ]
    : [{ op: "sleep", ms }];
}

function streamOf(args: readonly string[]): "stdout" | "stderr" {
  return args.includes(">&2") || args.includes("1>&2") ? "stderr" : "stdout";
}

function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (!match) return undefined;
  const unitMs = { "": 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? ""] ?? 1000;
  return Number(match[1]) * unitMs;
}

function endsIt(operations: readonly Operation[]): boolean {
  const last = operations.at(-1);
  return last?.op === "exit" || last?.op === "wait";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Splits at `;`, `&&` and newlines that are not quoted. */
function splitCommands(text: string): string[] {
  const parts: string[] = [];
  let quote = "";
  let current = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    const separator = quote ? 0 : character === ";" || character === "\n" ? 1 : text.startsWith("&&", index) ? 2 : 0;
    if (separator > 0) {
      parts.push(current);
      current = "";
      index += separator - 1;
      continue;
    }
    if (quote ? character === quote : character === '"' || character === "'") quote = quote ? "" : character;
    current += character;
  }
  return [...parts, current].map((part) => part.trim()).filter((part) => part !== "");
}

/** Words of one simple command; quotes group. */
export function splitWords(text: string): string[] {
  return Array.from(text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), (match) => match[1] ?? match[2] ?? match[3] ?? "");
}
