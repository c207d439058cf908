import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { YamlError, type YamlValue } from "./http/yaml-reader.ts";
import type { YamlAnswer } from "./yaml-thread.ts";

/** Beside this file both in the tree and in a bundle, whose files lie two folders deep as well. */
const THREAD = join(import.meta.dirname, "../apiserver", `yaml-thread${extname(import.meta.filename)}`);
/** What a document of the largest size takes many times over. */
const HEAP_MEGABYTES_MAX = 512;

/** Ends with the document that is being read. */
let last: Promise<unknown> = Promise.resolve();

/** Reads YAML in a thread of its own, one document at a time; throws a {@link YamlError}. */
export function readYamlBeside(text: string): Promise<YamlValue> {
  const document = last.then(() => readOne(text));
  last = document.catch(() => {});
  return document;
}

/** Large YAML is rare: a thread that waited for it would cost more than one that is made for each. */
async function readOne(text: string): Promise<YamlValue> {
  const worker = new Worker(THREAD, {
    name: "yaml",
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  try {
    const { json, duplicates, problem } = await new Promise<YamlAnswer>((resolve, reject) => {
      worker.once("message", resolve).once("error", (cause) => reject(tooMuch(cause)));
      worker.postMessage(text);
    });
    if (problem !== undefined) throw new YamlError(problem);
    return { value: json === undefined ? null : JSON.parse(json), duplicates };
  } finally {
    await worker.terminate();
  }
}

function tooMuch(cause: unknown): YamlError {
  return new YamlError("yaml: the document takes too much to be read", { cause });
}
