/**
 * YAML 1.1 as the original reads and writes it, down to the words for what is wrong with a text and where. Knows nothing of
 * Kubernetes or HTTP. What is read passes through JSON, which has less than YAML: times are text, keys are text.
 * Start at {@link readYaml}: bytes (`source.ts`) → tokens (`scanner.ts`) → nodes (`parser.ts`) → values (`builder.ts`).
 */
export { maybeJson } from "./maybe-json.ts";
export { YamlError } from "./problem.ts";
export { readYaml, readYamlInSteps, type YamlValue } from "./read.ts";
export { isPlainYaml, yamlText } from "./write.ts";
