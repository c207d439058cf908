import { stringify } from "yaml";
import type { Random } from "../../../../src/base/index.ts";
import { pick } from "../mutate.ts";

const STYLES = [
  {},
  {},
  { indent: 4 },
  { indentSeq: false },
  { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  { defaultStringType: "QUOTE_SINGLE" },
  { defaultStringType: "BLOCK_LITERAL", defaultKeyType: "PLAIN" },
  { defaultStringType: "BLOCK_FOLDED", defaultKeyType: "PLAIN" },
  { collectionStyle: "flow" },
  { version: "1.1" },
] as const;

/** A value as YAML in one of its many styles. */
export function yamlOf(value: unknown, random: Random): string {
  return random.float() < 0.1 ? JSON.stringify(value, null, 2) : stringify(value, pick(STYLES, random));
}

/** YAML with one to three things about it that JSON hasn't, or that make it none. */
export function oddYaml(text: string, random: Random): string {
  const changes = pick([1, 1, 1, 2, 3], random);
  return Array.from({ length: changes }).reduce<string>((result) => pick(CHANGES, random)(result, random), text);
}

type Change = (text: string, random: Random) => string;

const WHOLE = [
  ...[
    "",
    " ",
    "\n",
    "null",
    "~",
    "[]",
    "{}",
    "x",
    "1",
    "true",
    "---",
    "---\n",
    "...",
    "# only",
    "- a",
    "{",
    "}",
    "[",
    "]",
  ],
  ...[
    "a: b: c",
    "a:\n\t- b",
    "\t",
    "--- |\n x\n",
    "{}{}",
    "{a}",
    "? a",
    "? [a]\n: b",
    "%YAML 1.2\n---\nx",
    "%TAG ! x\n---\n",
  ],
  ...[
    "&a",
    "*a",
    "!!map {}",
    "a: *b",
    "- - - a",
    "a: 'x",
    'a: "x',
    "@",
    "`",
    "%",
    "a: @",
    "a: `",
    "a: %",
    ": a",
    ": ",
    "a:b",
  ],
  ...[
    "a: - b",
    "a: ? b",
    "- a: b\n c: d",
    "a: |\nb",
    "a: >\n x\n y\n",
    "a: [b\n",
    "a: {b\n",
    "a: [b,,c]",
    "a: {b: c,}",
    "\ufeffa: b",
  ],
  ...[
    "a: !<tag:yaml.org,2002:str> 1",
    "a: !! b",
    "a: !",
    "a: &",
    "a: *",
    "x\ny: z",
    "'a' b: c",
    '"a" b: c',
    "a: 'b' c",
    "a: b #c\n# d",
  ],
];

const SCALARS = [
  ...[
    "0x1F",
    "0o17",
    "017",
    "0b11",
    "1_000",
    "1e3",
    "1.0",
    "+1",
    ".5",
    "1.",
    ".inf",
    "-.INF",
    ".nan",
    "12:30:45",
    "-0",
    "08",
  ],
  ...[
    "2020-01-01",
    "2020-01-01T00:00:00Z",
    "2020-1-1 1:00:00",
    "1e400",
    "99999999999999999999",
    "0.1e-7",
    "123456789.125",
    "1e21",
  ],
  ...["~", "null", "Null", "NULL", "", "yes", "No", "on", "OFF", "y", "N", "TRUE", "False", "<<", "="],
  ...[
    '"x"',
    "'x'",
    "'it''s'",
    '"a\\tb"',
    '"\\x41\\u00e9\\U0001F600"',
    '"\\q"',
    '"\\/"',
    '"\\ud83d\\ude00"',
    '"a\\\n    b"',
    "'a\n\n    b'",
  ],
  ...[
    "[]",
    "{}",
    "[a, b,]",
    "{a: b,}",
    "[a, [b], {c: d}]",
    "{a, b: }",
    "[? a : b]",
    "[a: b]",
    "{'a':b}",
    '{"a":1}',
    "[",
    "]",
    "{",
    "}",
  ],
  ...[
    "? x",
    "- x",
    "-x",
    "?x",
    ":x",
    "x:",
    "x: y",
    "x#y",
    "x #y",
    "#x",
    "@x",
    "`x",
    "%x",
    "*x",
    "&x y",
    "!x y",
    "|",
    ">",
    "|-\n      x",
    "|+2\n   x",
  ],
  ...[
    "!!str 1",
    "!!int '1'",
    "!!int x",
    "!!float 1",
    "!!bool 'true'",
    "!!bool x",
    "!!null ''",
    "!!binary aGk=",
    "!!binary '!'",
    "!!timestamp 2020-01-01",
  ],
  ...[
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!!seq []",
    "!!map []",
    "!foo x",
    "!!foo x",
    "! x",
    "é",
    "\u0001",
    "\u0085",
    "a\tb",
    "a\u00a0b",
    "\ud83d\ude00",
  ],
];

const TOP_LEVEL = [
  ...[
    "1: x",
    "1.5: x",
    "true: x",
    "null: x",
    "~: x",
    "yes: x",
    "[a]: b",
    "{a: b}: c",
    "? a\n: b",
    "? [a]\n: b",
    "'': x",
    "0x10: x",
    "1e3: x",
  ],
  ...[
    "kind: Other",
    "apiVersion: v9",
    "metadata: {}",
    "'kind': x",
    '"metadata": {name: y}',
    "<<: {a: b}",
    "<<: [{a: b}, {c: d}]",
    "<<: x",
  ],
  ...[
    "zz: &a {b: *a}",
    "zz: [&a 1, *a]",
    "zz: *nope",
    "zz: &a\nyy: *a",
    "? &a x\n: *a",
    "bogus: 1",
    "zz: {a: 1, a: 2}",
    "zz: [1, 2",
    "2020-01-01: x",
  ],
  ...[
    "<<: {kind: Other}",
    "zz: {<<: {a: 1}, b: 2}",
    "zz: {? a}",
    "-",
    "- a",
    "zz",
    "zz:",
    "zz: |",
    "zz: >-\n\n  a\n   b\n  c\n",
    "!!str zz: 1",
    ".inf: x",
  ],
];

const BEFORE = [
  "---\n",
  "%YAML 1.1\n---\n",
  "%YAML 1.2\n---\n",
  "%YAML 2.0\n---\n",
  "# c\n",
  "\ufeff",
  "\n\n",
  " ",
  "---\n---\n",
  "...\n",
  "--- !!map\n",
  "--- # c\n",
  "%FOO bar\n---\n",
  "{}\n---\n",
  "null\n---\n",
  "\t\n",
  "!!map\n",
  "&r\n",
];
const AFTER = [
  "---\nkind: X\n",
  "...\n",
  "...\nx: 1\n",
  "---\n",
  "# c\n",
  "  # c",
  "\n\n",
  "---\n[",
  "--- x\n",
  "\0",
  "\t",
  "...\n---\n{\n",
  "}",
  "]",
  " x",
  "\n x",
];

const lines = (text: string) => text.split("\n");

/** Changes one of a text's lines. */
function onLine(change: (line: string, random: Random, all: readonly string[]) => string): Change {
  return (text, random) => {
    const all = lines(text);
    const index = random.int(Math.max(1, all.length - 1));
    return all.with(index, change(all[index]!, random, all)).join("\n");
  };
}

/** Gives the value that stands on a line another form. */
const onValue = (change: (value: string, random: Random) => string) =>
  onLine((line, random) =>
    line.replace(
      /^(\s*(?:- )?[^\s:]+:)( .*)?$/,
      (_, key: string, value = "") => `${key} ${change(value.trim(), random)}`,
    ),
  );

const scalar = onValue((_, random) => pick(SCALARS, random));

const CHANGES: readonly Change[] = [
  ...[scalar, scalar, scalar, scalar],
  (text, random) => `${text}${text.endsWith("\n") ? "" : "\n"}${pick(TOP_LEVEL, random)}\n`,
  (text, random) => `${pick(TOP_LEVEL, random)}\n${text}`,
  (text, random) => pick(BEFORE, random) + text,
  (text, random) => text + pick(AFTER, random),
  (_, random) => pick(WHOLE, random),
  (text) => text.replaceAll("\n", "\r\n"),
  onLine((line) => `${line}\n${line}`),
  onLine((line, random) => `${line}\n${pick(TOP_LEVEL, random)}`),
  onLine((line) => line.replace(/^ +/, "\t")),
  onLine((line) => line.replace(": ", ":\t")),
  onLine((line, random) => line + pick(["  ", "\t", " # c", "#c", ",", ":", " :"], random)),
  onLine((line, random) => pick([" ", "  ", "- ", "? ", ": "], random) + line),
  onLine((line) => line.replace(/^ /, "")),
  onLine(() => ""),
  onValue((value) => `&a ${value}\nzz: *a`),
  onValue((value) => `&a ${value}`),
  onValue(
    (value, random) => `${pick(["!!str", "!!int", "!!map", "!!seq", "!x", "!!binary", "!!float"], random)} ${value}`,
  ),
  onLine((line, random, all) =>
    line.replace(/^(\s*)/, `$1${/^\s*[^\s:#]+/.exec(pick(all, random))?.[0].trim() ?? "x"}: 1\n$1`),
  ),
  (text, random) => text.slice(0, random.int(text.length + 1)),
  (text, random) => {
    const at = random.int(text.length + 1);
    return text.slice(0, at) + pick([..."{}[]:,-?&*!|>'\"%@`#\t\n \\"], random) + text.slice(at);
  },
  (text, random) => {
    const at = random.int(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1);
  },
];
