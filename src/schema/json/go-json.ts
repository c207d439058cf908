import { deepJson } from "./deep-json.ts";

const UNSAFE = /[<>&\u2028\u2029]/;
const UNSAFE_ALL = /[<>&\u2028\u2029]/g;

/** JSON with the escapes that clients of the original get: of characters that HTML or JavaScript would read otherwise. */
export function goJson(value: unknown, indent?: number): string {
  const text = jsonOf(value, indent);
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, escape) : text;
}

function jsonOf(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    // Nested too deep for it.
    if (error instanceof RangeError) return deepJson(value, indent);
    throw error;
  }
}

// They occur in strings only, where an escape means the same.
function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
