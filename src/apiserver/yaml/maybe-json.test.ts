import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseJson } from "../../schema/index.ts";
import { fromYaml } from "../http/body.ts";
import { maybeJson, readYaml, readYamlInSteps } from "./index.ts";

const RECORDINGS = join(import.meta.dirname, "../../../test/parity/kinds");
const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => fromYaml(bytesOf(text), { isLarge: false, turn: async () => {} });

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    return (error as Error).message;
  }
}

const turn = async () => {};
const plain = (text: string) => outcome(() => ({ ...readYaml(bytesOf(text)), format: "yaml", bytes: bytesOf(text) }));

async function check(text: string): Promise<void> {
  assert.equal(await outcome(() => read(text)), await plain(text), text.slice(0, 200));
}

/** All objects in a recording, however deep. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return "kind" in value && "metadata" in value ? [value, ...inner] : inner;
}

test("JSON that is read as JSON says what the YAML reader makes of it, on recorded objects", async () => {
  const files = readdirSync(RECORDINGS).sort();
  let count = 0;
  let short = 0;
  for (let at = 0; at < files.length; at += 6) {
    const objects = objectsIn(JSON.parse(readFileSync(join(RECORDINGS, files[at]!), "utf8")));
    for (const object of objects.slice(0, 3)) {
      const text = JSON.stringify(object);
      count++;
      if (await maybeJson(text, parseJson)) short++;
      await check(text);
    }
  }
  assert.ok(short > count / 2 && short > 10, `${short} of ${count} took the short way`);
});

test("what YAML reads otherwise is left to it", async () => {
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
    '{"image":"a@sha256:1e5-0","name":"node-0","port":-0}',
    '{"image":"a@sha256:1e5-0","name":"node-0","quoted":"\\"1e5"}',
  ])
    await check(text);
  assert.ok(
    await maybeJson('{"image":"a@sha256:1e5-0","name":"node-0","quoted":"\\"1e5"}', parseJson),
    "only numbers count",
  );
});

test("large YAML is read in steps, with the same outcome", async () => {
  const long = Array.from({ length: 1000 }, (_, index) => `  key-${index}: "value ${index}"\n`).join("");
  const deep = `a: ${"[".repeat(20_000)}\n`;
  for (const text of [
    `data:\n${long}`,
    `data:\n${long}  key-7: again\n`,
    `data:\n${long}  : : :\n`,
    `data:\n${long}nan: .nan\nbig: 12345678901234567890\n--- \nsecond: 1\n`,
    `a: &a [${"x, ".repeat(200)}]\nb: [${"*a, ".repeat(400)}]\n${"# ".repeat(20_000)}\n`,
    deep,
  ])
    assert.equal(
      await outcome(async () => ({
        ...(await readYamlInSteps(bytesOf(text), turn)),
        format: "yaml",
        bytes: bytesOf(text),
      })),
      await plain(text),
    );
  await check(`# ${"x".repeat(40_000)}\n`);
});
