import { createRequire } from "node:module";
import type { RE2JS } from "re2js";
import { EvaluationError } from "./errors.ts";

/** Loaded with the first pattern: most servers never see one, and its tables are 2 MB. */
const engine = () => require("re2js") as typeof import("re2js");
const require = createRequire(import.meta.url);

/** Patterns that are kept compiled; users bring them, so their number has an end. */
const PATTERNS_MAX = 1000;
/** Longer patterns are refused. */
const PATTERN_LENGTH_MAX = 10_000;

const compiled = new Map<string, RE2JS>();

/** A pattern in the linear-time engine; throws an EvaluationError that says what is wrong with it. */
export function regexOf(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > PATTERN_LENGTH_MAX) throw new EvaluationError("error parsing regexp: expression too large");
  let made: RE2JS;
  try {
    made = engine().RE2JS.compile(withoutTwins(pattern));
  } catch (error) {
    throw new EvaluationError(problemOf(error as Error));
  }
  if (compiled.size >= PATTERNS_MAX) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

/** Groups whose name another one has lose it: nothing asks for them, and the engine would not take them. */
function withoutTwins(pattern: string): string {
  const seen = new Set<string>();
  return pattern.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?P?<(\w+)>/g, (all, name: string | undefined) =>
    name !== undefined && seen.size === seen.add(name).size ? "(" : all,
  );
}

export function regexMatches(pattern: string, text: string): boolean {
  return regexOf(pattern).matcher(text).find();
}

/** The engine leaves out the empty text that it names last. */
function problemOf({ message }: Error): string {
  return message.endsWith("at end of expression") ? `${message}: \`\`` : message;
}
