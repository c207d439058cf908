import type { ContainerConfig, SandboxConfig } from "../types.ts";
import type { Routes, Serve } from "./http.ts";
import { compileCommand, type Operation, type Program, SERVE, splitWords } from "./program.ts";

/** What one command run inside a simulated container answers. */
export interface ScriptedCommand {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly afterMs?: number;
}

/**
 * How a simulated container behaves. Found, first match wins: the pod's annotation
 * `sim.navarch.dev/script.CONTAINER`, then `sim.navarch.dev/script` (JSON of this type), the runtime's table by image,
 * the container's own command line, and otherwise it serves for ever.
 */
export interface Script {
  /** Ends by itself after this long. */
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  /** Exit code 137 means that it wanted too much memory, which the runtime knows so long after the end. */
  readonly outOfMemoryAfterMs?: number;
  /** Lines written at these times after the start. */
  readonly log?: readonly { readonly atMs?: number; readonly text: string; readonly stream?: "stdout" | "stderr" }[];
  /** Its ports answer from this long after the start. */
  readonly readyAfterMs?: number;
  /** Its ports stop answering (HTTP 500, connections refused) this long after the start. */
  readonly unhealthyAfterMs?: number;
  /** Time it takes to end after SIGTERM; null: it ignores SIGTERM. */
  readonly stopMs?: number | null;
  /** Written to the termination message path at exit. */
  readonly terminationMessage?: string;
  /** Answers of commands, by the whole command line. */
  readonly exec?: Readonly<Record<string, ScriptedCommand>>;
  /** Its ports; all others refuse connections. Without them a pod takes connections on every port. */
  readonly ports?: readonly number[];
  /** What it answers over HTTP: a text is the body of every answer. Default: its host name. */
  readonly http?: string | Routes;
  /** Starting it fails with this message. */
  readonly startError?: string;
}

/** A script ready to run. */
export interface Behaviour {
  readonly script: Script;
  readonly program: Program;
  /** Answers over HTTP when the script says nothing about that. */
  readonly serve?: Serve | undefined;
}

/** A script, and what JSON can't say. */
export interface ImageScript extends Script {
  readonly serve?: Serve;
}

const ANNOTATION = "sim.navarch.dev/script";
const NO_SCRIPT: Script = {};
const SERVING: Behaviour = { script: NO_SCRIPT, program: SERVE };

/** Chooses the behaviour of a container. Throws when an annotation is not the JSON of a script. */
export function behaviourOf(
  config: ContainerConfig,
  sandbox: SandboxConfig,
  imageScript: ImageScript | undefined,
): Behaviour {
  const serve = imageScript?.serve;
  const annotation = sandbox.annotations[`${ANNOTATION}.${config.metadata.name}`] ?? sandbox.annotations[ANNOTATION];
  const script = annotation !== undefined ? (JSON.parse(annotation) as Script) : imageScript;
  if (script && decidesProgram(script)) return { script, program: compileScript(script), serve };
  const argv = [...config.command, ...config.args];
  const program = compileCommand(argv.length === 1 ? splitWords(argv[0]!) : argv);
  if (!script && !program) return SERVING;
  return { script: script ?? NO_SCRIPT, program: program ?? SERVE, serve };
}

function decidesProgram(script: Script): boolean {
  return script.exitAfterMs !== undefined || script.exitCode !== undefined || script.log !== undefined;
}

function compileScript(script: Script): Program {
  const operations: Operation[] = [];
  let atMs = 0;
  const until = (ms: number) => {
    if (ms > atMs) operations.push({ op: "sleep", ms: ms - atMs });
    atMs = Math.max(atMs, ms);
  };
  for (const line of script.log ?? []) {
    until(line.atMs ?? 0);
    operations.push({ op: "log", text: line.text, stream: line.stream ?? "stdout" });
  }
  if (script.exitAfterMs === undefined && script.exitCode === undefined) return [...operations, { op: "wait" }];
  until(script.exitAfterMs ?? 0);
  return [...operations, { op: "exit", code: script.exitCode ?? 0 }];
}
