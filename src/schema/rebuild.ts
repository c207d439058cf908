import { rawDigits, setOwn } from "./json/parse.ts";

type Json = Record<string, unknown>;

/**
 * A copy of JSON data whose objects have the keys, in the order, that `keysOf` says. What is to be copied lies in a list:
 * depth is no matter of this thread's stack.
 */
export function rebuild(value: unknown, keysOf: (map: Json, copy: Json) => readonly string[]): unknown {
  const waiting: (readonly [from: unknown[] | Json, into: unknown[] | Json])[] = [];
  const begun = (one: unknown): unknown => {
    if (typeof one !== "object" || one === null || rawDigits(one) !== undefined) return one;
    const into = Array.isArray(one) ? [] : {};
    waiting.push([one as Json, into]);
    return into;
  };
  const copy = begun(value);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [from, into] = next;
    if (Array.isArray(from)) for (const element of from) (into as unknown[]).push(begun(element));
    else for (const key of keysOf(from, into as Json)) setOwn(into as Json, key, begun(from[key]));
  }
  return copy;
}
