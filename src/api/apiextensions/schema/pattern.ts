import { createRequire } from "node:module";
import type { RE2JS } from "re2js";

/** Loaded with the first pattern: most servers never see one, and its tables are 2 MB. */
const engine = () => require("re2js") as typeof import("re2js");
const require = createRequire(import.meta.url);
const compiled = new Map<string, RE2JS>();
/** Patterns that are kept compiled; users bring them, so their number has an end. */
const PATTERNS_MAX = 10_000;

/** A pattern of a schema in the linear-time engine; throws on one that it can't read. */
function compile(pattern: string): RE2JS {
  let one = compiled.get(pattern);
  if (!one) {
    one = engine().RE2JS.compile(pattern);
    if (compiled.size >= PATTERNS_MAX) compiled.clear();
    compiled.set(pattern, one);
  }
  return one;
}

/** Why a text is no pattern; undefined when it is one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether a pattern matches anywhere in a text; one that can't be read matches nothing. */
export function patternMatches(pattern: string, text: string): boolean {
  try {
    return compile(pattern).matcher(text).find();
  } catch {
    return false;
  }
}
