import { isObject, JsonError, type ParsedJson, rawDigits } from "../../schema/index.ts";

/** What JSON and YAML read differently, or may: tabs, some escapes, merge keys … */
const DIFFERENT = /[\t\u007f-\u009f\ufffe\uffff]|\\[u/]|"<<"|"__proto__"/;
/** … and numbers with an exponent or a sign on zero. */
const DIFFERENT_NUMBER = /\d[eE]|-0/;
const TEXTS = /"(?:[^"\\]|\\.)*"/g;
/** Where keys may not be longer in YAML. */
const KEY_CHARACTERS_MAX = 1000;

/**
 * YAML that is JSON, as most clients send it; undefined when it is not, or when YAML might read it otherwise. What it saves:
 * the YAML reader takes a hundred times as long.
 */
export async function maybeJson(
  text: string,
  parse: (text: string) => ParsedJson | Promise<ParsedJson>,
): Promise<{ readonly value: unknown } | undefined> {
  if (text[0] !== "{" || DIFFERENT.test(text)) return undefined;
  if (DIFFERENT_NUMBER.test(text) && DIFFERENT_NUMBER.test(text.replace(TEXTS, ""))) return undefined;
  try {
    const { value, duplicates } = await parse(text);
    return duplicates.length > 0 || !isPlain(value) ? undefined : { value };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (rawDigits(value) !== undefined) return false;
  if (!isObject(value)) return true;
  for (const key in value) if (key.length > KEY_CHARACTERS_MAX || !isPlain(value[key])) return false;
  return true;
}
