/** YAML that can't be read; the message is what Kubernetes says. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

/**
 * What is wrong with characters is told with the line of the place that was read last, what is wrong with the order of
 * tokens with the line before the token's; the first line is never told.
 */
export function problemInText(line: number, problem: string): YamlError {
  return new YamlError(`yaml: ${line > 0 ? `line ${line + 1}: ` : ""}${problem}`);
}

export function problemOfToken(line: number, problem: string): YamlError {
  return new YamlError(`yaml: ${line > 0 ? `line ${line}: ` : ""}${problem}`);
}
