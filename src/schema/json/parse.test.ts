import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { JsonError, parseJson, parseJsonFully, parseJsonInSteps, parseJsonValue } from "./parse.ts";

const PARITY = join(import.meta.dirname, "../../../test/parity");

function outcome(work: () => unknown): string {
  try {
    return JSON.stringify(work(), (_, value: unknown) => (Object.is(value, -0) ? "minus zero" : value));
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Both readers say the same, whether they read the text or refuse it. */
function check(text: string, depthMax = 1000): void {
  assert.equal(
    outcome(() => parseJson(text, { depthMax })),
    outcome(() => parseJsonFully(text, { depthMax })),
    JSON.stringify(text.slice(0, 200)),
  );
  assert.equal(
    outcome(() => parseJsonValue(text)),
    outcome(() => parseJsonFully(text).value),
    JSON.stringify(text.slice(0, 200)),
  );
}

test("the short way reads recordings as our own reader does", () => {
  for (const name of readdirSync(PARITY).filter((file) => file.endsWith(".json"))) {
    check(readFileSync(join(PARITY, name), "utf8"));
    for (const one of JSON.parse(readFileSync(join(PARITY, name), "utf8")).cases ?? []) check(JSON.stringify(one));
  }
});

test("what JSON.parse doesn't tell of is told", () => {
  const twice = parseJson('{"a":{"b":1,"b":2},"c":[{"d":1,"d":1}]}');
  assert.deepEqual(twice.duplicates, ["a.b", "c[0].d"]);
  assert.equal(JSON.stringify(parseJson('{"a":12345678901234567890}').value), '{"a":12345678901234567890}');
  for (const text of [
    '{"a":1,"\\u0061":2}',
    '{"a":":","b":"\\":","c":"\\\\","d" :1}',
    '{"a" \\n:1}',
    '{"a":"\\\\\\"","a":1}',
    '{"__proto__":{"x":1},"__proto__":2}',
    '{"1":1,"0":2,"1":3}',
    '{"a":"\\ud800","b":"\\ud83d\\ude00","c":"\\udc00\\ud800"}',
    '{"a":9007199254740993,"b":-9007199254740993,"c":0.12345678901234567,"d":1e400,"e":-0}',
    "[[[]]]",
    '["a:","b"]',
    "",
    " ",
    '"a":1',
    '{"a":1}x',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    "{'a':1}",
    '{"a":01}',
    "\ufeff{}",
    `{"a":"${String.fromCharCode(0xd800)}"}`,
  ])
    check(text);
  for (const depthMax of [1, 2, 3, 4]) check('[[{"a":1}]]', depthMax);
  check("[".repeat(100_000));
  check(`${"[".repeat(1001)}${"]".repeat(1001)}`);
});

test("both readers agree on whatever a seed makes of a text", () => {
  const random = seededRandom("parse");
  const pieces = ['"', "\\", ":", ",", "{", "}", "[", "]", "1", "-", "e", "a", " ", "\\u0061", "null", "true", '"a"'];
  const start = '{"a":{"b":"c\\"d","e":[1,2,{"f":null}]},"g" : "h:"}';
  for (let run = 0; run < 20_000; run++) {
    let text = start;
    for (let edits = random.int(4); edits >= 0; edits--) {
      const at = random.int(text.length + 1);
      text =
        text.slice(0, at) + (random.int(2) ? pieces[random.int(pieces.length)] : "") + text.slice(at + random.int(4));
    }
    check(text);
  }
});

test("a long text that is nested too deep is refused like a short one, quotes and escapes left out of account", () => {
  const long = `"${'[\\"'.repeat(40_000)}"`;
  assert.deepEqual(parseJson(`[${long}]`), parseJsonFully(`[${long}]`));
  const deep = `[${long},${"[".repeat(10_000)}${"]".repeat(10_000)}]`;
  assert.throws(() => parseJson(deep), JsonError);
  assert.throws(() => parseJson("[".repeat(3_000_000)), JsonError);
  assert.throws(() => parseJson(`${"[".repeat(100)}"${"x".repeat(100_000)}`), JsonError);
});

/** In one turn no more is read than this, in values: more than {@link parseJsonInSteps} takes at a time. */
const MANY = 100_000;

test("a long text is read in turns, and is what it is when it is read at once", async () => {
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":${index}`).join();
  const texts = [
    `{${keys(MANY)}}`,
    `{"a":{${keys(MANY)},"k7":null,"k7":[]},"b":[{"c":1,"c":2}]}`,
    `[${"[],".repeat(MANY)}{}]`,
    `[${"1,".repeat(MANY)}12345678901234567890]`,
  ];
  for (const text of texts) {
    let turns = 0;
    const parsed = await parseJsonInSteps(text, async () => void turns++);
    assert.deepEqual(parsed, parseJsonFully(text));
    assert.ok(turns >= MANY / 5000, `${turns} turns`);
  }
  for (const text of [`{${keys(MANY)}`, `[${"[],".repeat(MANY)}]`, `{${keys(MANY)}}x`, "[".repeat(MANY)]) {
    const atOnce = outcome(() => parseJsonFully(text));
    await assert.rejects(
      parseJsonInSteps(text, async () => {}),
      (error: Error) =>
        outcome(() => {
          throw error;
        }) === atOnce,
    );
  }
});

for (const [text, message] of [
  ["-", "invalid character ' ' in numeric literal"],
  ["[-,1]", "invalid character ',' in numeric literal"],
  ["[1.]", "invalid character ']' after decimal point in numeric literal"],
  ["[1.5.2]", "invalid character '.' after array element"],
  ["[1e+]", "invalid character ']' in exponent of numeric literal"],
  ["[01]", "invalid character '1' after array element"],
  ['["\\q"]', "invalid character 'q' in string escape code"],
  ['["\\u12"]', "invalid character '\"' in \\u hexadecimal character escape"],
  ['["a\tb"]', "invalid character '\\t' in string literal"],
  ['["a', "unexpected end of JSON input"],
  ['["a\\', "invalid character ' ' in string escape code"],
  ["nul", "invalid character ' ' in literal null (expecting 'l')"],
  ["[nulx]", "invalid character 'x' in literal null (expecting 'l')"],
] as const)
  test(`what is wrong is told where it is: ${text}`, () => {
    assert.throws(() => parseJson(text), { message });
  });
