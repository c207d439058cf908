import { type Clock, whenAborted } from "../../../base/index.ts";
import type { MemoryFiles } from "../../host/index.ts";
import type { ExecRequest, ExecResult, StreamEnd, StreamSession } from "../types.ts";
import type { ContainerRecord } from "./container.ts";
import { compileCommand, splitWords } from "./program.ts";

/** Where a command runs. */
export interface CommandPlace {
  readonly record: ContainerRecord;
  readonly hostname: string;
  readonly files: MemoryFiles;
  readonly clock: Clock;
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/**
 * Runs a command inside a simulated container: its script's answer, what a few well-known programs would say, and
 * otherwise success without output.
 */
export async function runCommand(
  place: CommandPlace,
  command: readonly string[],
  signal: AbortSignal,
): Promise<ExecResult> {
  const output = await answer(place, command, signal);
  const encoder = new TextEncoder();
  return {
    stdout: encoder.encode(output.stdout),
    stderr: encoder.encode(output.stderr),
    exitCode: output.exitCode,
  };
}

async function answer(place: CommandPlace, command: readonly string[], signal: AbortSignal): Promise<Output> {
  const scripted = place.record.behaviour.script.exec?.[command.join(" ")];
  if (scripted) {
    if (scripted.afterMs) await place.clock.sleep(scripted.afterMs, signal);
    return { stdout: scripted.stdout ?? "", stderr: scripted.stderr ?? "", exitCode: scripted.exitCode ?? 0 };
  }
  const known = await knownProgram(place, command);
  return known ?? (await runProgram(place, command, signal));
}

async function knownProgram(place: CommandPlace, command: readonly string[]): Promise<Output | undefined> {
  const [name = "", ...args] = command;
  switch (name.slice(name.lastIndexOf("/") + 1)) {
    case "hostname":
      return succeed(`${place.hostname}\n`);
    case "env":
      return succeed(place.record.env.map((each) => `${each.name}=${each.value}\n`).join(""));
    case "printenv":
      return printEnv(place, args);
    case "cat":
      return cat(place, args);
    default:
      return undefined;
  }
}

function printEnv(place: CommandPlace, names: readonly string[]): Output {
  const found = place.record.env.filter((each) => names.length === 0 || names.includes(each.name));
  const stdout = found
    .map((each) => (names.length === 0 ? `${each.name}=${each.value}\n` : `${each.value}\n`))
    .join("");
  return { stdout, stderr: "", exitCode: found.length > 0 ? 0 : 1 };
}

async function cat(place: CommandPlace, paths: readonly string[]): Promise<Output> {
  let stdout = "";
  for (const path of paths) {
    const content = await place.files.read(hostPathOf(place.record, path));
    if (!content) return { stdout, stderr: `cat: ${path}: No such file or directory\n`, exitCode: 1 };
    stdout += new TextDecoder().decode(content);
  }
  return succeed(stdout);
}

/** Where a path inside the container is on the machine; outside of its mounts there is nothing. */
function hostPathOf(record: ContainerRecord, path: string): string {
  const mounts = record.status.mounts.filter(
    (mount) => path === mount.containerPath || path.startsWith(`${mount.containerPath}/`),
  );
  const mount = mounts.sort((a, b) => b.containerPath.length - a.containerPath.length)[0];
  return mount ? mount.hostPath + path.slice(mount.containerPath.length) : "/nonexistent";
}

async function runProgram(place: CommandPlace, command: readonly string[], signal: AbortSignal): Promise<Output> {
  let stdout = "";
  let stderr = "";
  for (const operation of compileCommand(command) ?? []) {
    if (operation.op === "log" && operation.stream === "stdout") stdout += `${operation.text}\n`;
    if (operation.op === "log" && operation.stream === "stderr") stderr += `${operation.text}\n`;
    if (operation.op === "sleep") await place.clock.sleep(operation.ms, signal);
    if (operation.op === "exit") return { stdout, stderr, exitCode: operation.code };
    if (operation.op === "jump" || operation.op === "wait") await whenAborted(signal);
  }
  return { stdout, stderr, exitCode: 0 };
}

function succeed(stdout: string): Output {
  return { stdout, stderr: "", exitCode: 0 };
}

/** The same with pipes: a shell without a command reads lines, anything else runs once. */
export function runSession(place: CommandPlace, request: ExecRequest, signal: AbortSignal): StreamSession {
  const stop = new AbortController();
  const whole = AbortSignal.any([signal, stop.signal]);
  const stdin = new Pipe();
  const stdout = new Pipe();
  const stderr = new Pipe();
  const ended = runPiped({ place, request, stdin, stdout, stderr, signal: whole }).finally(() => {
    stdout.finish();
    stderr.finish();
  });
  return {
    ...(request.stdin ? { stdin } : {}),
    ...(request.stdout ? { stdout } : {}),
    ...(request.stderr ? { stderr } : {}),
    resize: async () => {},
    ended,
    close: () => {
      stdin.finish();
      stop.abort(new Error("session closed"));
    },
  };
}

interface PipedCommand {
  readonly place: CommandPlace;
  readonly request: ExecRequest;
  readonly stdin: Pipe;
  readonly stdout: Pipe;
  readonly stderr: Pipe;
  readonly signal: AbortSignal;
}

async function runPiped(piped: PipedCommand): Promise<StreamEnd> {
  try {
    const { request } = piped;
    const name = request.command[0]?.split("/").at(-1);
    const interactive = request.stdin && request.command.length === 1;
    const scripted = piped.place.record.behaviour.script.exec?.[request.command.join(" ")] !== undefined;
    if (interactive && !scripted && name === "cat") return await echoInput(piped);
    if (interactive && !scripted && (name === "sh" || name === "bash")) return await runShell(piped);
    return { type: "exited", exitCode: await runOnce(piped, request.command) };
  } catch (error) {
    return { type: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

async function runOnce(piped: PipedCommand, command: readonly string[]): Promise<number> {
  const result = await runCommand(piped.place, command, piped.signal);
  piped.stdout.push(result.stdout);
  piped.stderr.push(result.stderr);
  return result.exitCode;
}

async function echoInput({ stdin, stdout }: PipedCommand): Promise<StreamEnd> {
  for await (const chunk of stdin) stdout.push(chunk);
  return { type: "exited", exitCode: 0 };
}

async function runShell(piped: PipedCommand): Promise<StreamEnd> {
  let exitCode = 0;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of piped.stdin) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const words = splitWords(line);
      if (words[0] === "exit") return { type: "exited", exitCode: words[1] ? Number(words[1]) & 255 : exitCode };
      if (words.length > 0) exitCode = await runOnce(piped, words);
    }
  }
  return { type: "exited", exitCode };
}

/** Bytes from a writer to one reader. */
export class Pipe implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #finished = false;
  #wake: (() => void) | undefined;

  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#finished) return;
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.push(chunk);
  }

  async end(): Promise<void> {
    this.finish();
  }

  finish(): void {
    this.#finished = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#finished) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
