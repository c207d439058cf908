import { isObject, JsonError, type ParsedJson, rawDigits, setOwn } from "../../schema/index.ts";

/** What JSON and YAML read differently, or may: tabs, some escapes, merge keys … */
const DIFFERENT = /[\t\u007f-\u009f\ufffe\uffff]|\\[u/]|"<<"|"__proto__"/;
/** … and numbers with an exponent or a sign on zero. */
const DIFFERENT_NUMBER = /\d[eE]|-0/;
const TEXTS = /"(?:[^"\\]|\\.)*"/g;
/** Where keys may not be longer in YAML. */
const KEY_CHARACTERS_MAX = 1000;
/** What is deeper is left to who goes down in no calls. */
const DEPTH_MAX = 200;

/**
 * YAML that is JSON, as most clients send it, its keys in order; undefined when it is not, or when YAML might read it
 * otherwise. It saves most of the time that YAML takes.
 */
export async function maybeJson(
  text: string,
  parse: (text: string) => ParsedJson | Promise<ParsedJson>,
): Promise<{ readonly value: unknown } | undefined> {
  if (text[0] !== "{" || DIFFERENT.test(text)) return undefined;
  if (DIFFERENT_NUMBER.test(text) && DIFFERENT_NUMBER.test(text.replace(TEXTS, ""))) return undefined;
  try {
    const { value, duplicates } = await parse(text);
    return duplicates.length > 0 || !isPlain(value, DEPTH_MAX) ? undefined : { value: sortedKeys(value) };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function isPlain(value: unknown, depthLeft: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depthLeft === 0 || rawDigits(value) !== undefined) return false;
  if (Array.isArray(value)) return value.every((element) => isPlain(element, depthLeft - 1));
  for (const [key, inner] of Object.entries(value))
    if (key.length > KEY_CHARACTERS_MAX || !isPlain(inner, depthLeft - 1)) return false;
  return true;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setOwn(result, key, sortedKeys(value[key]));
  return result;
}
