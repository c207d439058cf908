import { lengthOf } from "../cost.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { regexOf } from "../regex.ts";
import { overload } from "../signature.ts";
import type { Value } from "../values.ts";

function patternOf(text: string) {
  try {
    return regexOf(text);
  } catch (error) {
    throw new EvaluationError(`Illegal regex: ${(error as Error).message}`);
  }
}

function find(text: string, pattern: string): string {
  const matcher = patternOf(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? "") : "";
}

function findAll(text: string, pattern: string, limit = -1n): Value {
  const matcher = patternOf(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? "");
  return found;
}

const cost = ([text, pattern]: readonly Value[]) =>
  Math.ceil((1 + lengthOf(text as Value)) * 0.1) * Math.ceil(lengthOf(pattern as Value) * 0.25);

/** Kubernetes' search by pattern. */
export const regex: Library = {
  overloads: [
    overload("string.find(string): string", find, cost),
    overload("string.findAll(string): list(string)", findAll, cost),
    overload("string.findAll(string, int): list(string)", findAll, cost),
  ],
};
