import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { timedOut } from "../api/index.ts";
import { realClock } from "../base/index.ts";
import { parseJsonInSteps } from "../schema/index.ts";
import { YamlError, type YamlValue } from "./http/yaml-value.ts";
import type { YamlAnswer } from "./yaml-thread.ts";

/** Beside this file both in the tree and in a bundle, whose files lie two folders deep as well. */
const THREAD = join(import.meta.dirname, "../apiserver", `yaml-thread${extname(import.meta.filename)}`);
/** What a document of the largest size takes many times over. */
const HEAP_MEGABYTES_MAX = 512;
/** From when a document comes to when it is read, those before it included: what Kubernetes gives a whole request. */
const TOTAL_MS_MAX = 60_000;

/** A thread runs in the machine's time, whatever time the server has. */
const clock = realClock();

/** Ends with the document that is being read. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads YAML in a thread of its own, one document at a time; `turn` is awaited between the steps of what is left to do here.
 * Throws a {@link YamlError}, or 504 when it hasn't been read after `withinMs`; nothing goes on for such a document then.
 */
export async function readYamlBeside(
  text: string,
  { turn, withinMs = TOTAL_MS_MAX }: { readonly turn: () => Promise<void>; readonly withinMs?: number },
): Promise<YamlValue> {
  const untilMs = clock.monotonicMs() + withinMs;
  const document = last.then(() => readOne(text, untilMs - clock.monotonicMs()));
  last = document.catch(() => {});
  const { json, duplicates, problem } = await document;
  if (problem !== undefined) throw new YamlError(problem);
  return { value: json === undefined ? null : (await parseJsonInSteps(json, turn)).value, duplicates };
}

/** Large YAML is rare: a thread that waited for it would cost more than one that is made for each. */
async function readOne(text: string, leftMs: number): Promise<YamlAnswer> {
  if (leftMs <= 0) throw tooLate();
  const worker = new Worker(THREAD, {
    name: "yaml",
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<YamlAnswer>();
  const timer = clock.timer(leftMs, () => reject(tooLate()));
  try {
    worker.once("message", resolve).once("error", (cause) => reject(tooMuch(cause)));
    worker.postMessage(text);
    return await promise;
  } finally {
    timer.cancel();
    await worker.terminate();
  }
}

function tooLate(): Error {
  return timedOut("request did not complete within the allotted timeout");
}

function tooMuch(cause: unknown): YamlError {
  return new YamlError("yaml: the document takes too much to be read", { cause });
}
