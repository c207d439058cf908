import { parentPort } from "node:worker_threads";
import { valueOfYaml } from "./http/yaml-reader.ts";
import { YamlError } from "./http/yaml-value.ts";

/**
 * A thread's whole program: reads YAML that would hold up the event loop. Gets a text; answers with what is in it, as JSON
 * text, which costs the other side less than an object; or with what is wrong with it.
 */
export interface YamlAnswer {
  readonly json?: string;
  readonly duplicates: readonly string[];
  /** What Kubernetes says of YAML that can't be read. */
  readonly problem?: string;
}

parentPort?.on("message", (text: string) => parentPort?.postMessage(answer(text)));

function answer(text: string): YamlAnswer {
  try {
    const { value, duplicates } = valueOfYaml(text);
    return { json: JSON.stringify(value), duplicates };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { problem: error.message, duplicates: [] };
  }
}
