import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromYaml, fromYamlText } from "./body.ts";
import { maybeJson } from "./yaml-json.ts";

const RECORDINGS = join(import.meta.dirname, "../../../test/parity/kinds");
const bytesOf = (text: string) => new TextEncoder().encode(text);

function outcome(work: () => unknown): unknown {
  try {
    return JSON.stringify(work());
  } catch (error) {
    return (error as Error).message;
  }
}

function check(text: string): void {
  const bytes = bytesOf(text);
  assert.equal(
    outcome(() => fromYaml(bytes)),
    outcome(() => fromYamlText(text, bytes)),
    text.slice(0, 200),
  );
}

/** All objects in a recording, however deep. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return "kind" in value && "metadata" in value ? [value, ...inner] : inner;
}

test("JSON that is read as JSON says what the YAML reader makes of it, on recorded objects", () => {
  const files = readdirSync(RECORDINGS).sort();
  let count = 0;
  let short = 0;
  for (let at = 0; at < files.length; at += 6) {
    const objects = objectsIn(JSON.parse(readFileSync(join(RECORDINGS, files[at]!), "utf8")));
    for (const object of objects.slice(0, 3)) {
      const text = JSON.stringify(object);
      count++;
      if (maybeJson(text)) short++;
      check(text);
    }
  }
  assert.ok(short > count / 2 && short > 10, `${short} of ${count} took the short way`);
});

test("what YAML reads otherwise is left to it", () => {
  for (const text of [
    '{"a":1e3,"b":1.5,"c":-1,"d":-0,"e":12345678901234567890,"f":0.1}',
    '{"a":"\\u00e9\\/","b":"x\\ty\\n\\"z\\"\\\\"}',
    '{"a":1,\t"b":2}',
    '{"a":{"x":1},"a":{"y":2}}',
    '{"<<":{"x":1},"y":2}',
    '{"__proto__":{"x":1}}',
    '{"b":null,"a":[true,false,{"d":"é😀","c":" # no comment"}]}',
    '{"yes":"yes","no":"012","time":"2026-01-01"}',
    '{"a":1} {"b":2}',
    '{"a":}',
    '{"a":1',
    "{a: 1}",
    "{}",
    "",
    "a: 1\nb: [x, y]\n",
    `{"${"k".repeat(1100)}":1}`,
  ])
    check(text);
});
