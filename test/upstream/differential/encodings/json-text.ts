import type { Random } from "../../../../src/base/index.ts";
import { pick } from "../mutate.ts";

/** JSON with one to three things about it that few clients write, or that make it none; bytes where it is no text. */
export function oddJson(text: string, random: Random): string | Buffer {
  const changes = pick([1, 1, 1, 2, 3], random);
  const changed = Array.from({ length: changes }).reduce<string>(
    (result) => pick(CHANGES, random)(result, random),
    random.float() < 0.2 ? JSON.stringify(JSON.parse(text), null, 2) : text,
  );
  return changed.includes(DAMAGED) ? damaged(changed, random) : changed;
}

type Change = (text: string, random: Random) => string;

/** Stands for bytes that are no characters. */
const DAMAGED = "\ue000";
const BROKEN = ["ff", "c3", "e282", "f09f98", "eda080", "c080", "f4908080", "80", "fe80", "e28241", "f09f41"];

function damaged(text: string, random: Random): Buffer {
  const bytes = Buffer.from(pick(BROKEN, random), "hex");
  return Buffer.concat(
    text.split(DAMAGED).flatMap((part, index) => [...(index > 0 ? [bytes] : []), Buffer.from(part)]),
  );
}

const NUMBERS = [
  ...["0", "-0", "1", "-1", "1.0", "0.0", "-0.0", "1.5", "1e2", "1E+2", "1e-2", "10e-1", "1.50", "1e400", "-1e400"],
  ...["9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e18", "1e19"],
  ...["18446744073709551616", "123456789012345678901234567890", "2147483648", "4294967296", "-2147483649", "1e-400"],
  ...["01", "+1", ".5", "1.", "0x1", "1_0", "NaN", "Infinity", "-", "1e", "--1", "1.2.3", "00", "-01", "1 2"],
];
const STRINGS = [
  ...[
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\uD83Dx"',
    '"\\u0000"',
    '"a\\u0001b"',
    '"\\/"',
    '"\\u00e9"',
  ],
  ...['"\\q"', '"\\u12"', '"\\x41"', '"a\tb"', '"a\nb"', "'a'", "a", '"a', '"\\"', '"\u007f"', '"\u0085"', '"\u2028"'],
  ...[`"${DAMAGED}"`, `"a${DAMAGED}b"`, DAMAGED, '"\ufeff"', '"\uffff"', '"😀"', '"<&>"', '""', '" a"'],
];
const WORDS = [
  "true",
  "false",
  "null",
  "True",
  "nul",
  "nulll",
  "undefined",
  "[]",
  "{}",
  "[null]",
  '{"":1}',
  "[,]",
  "{,}",
];
const VALUES = [...NUMBERS, ...NUMBERS, ...STRINGS, ...STRINGS, ...WORDS];

const SCALAR = /:\s*(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g;
const KEY = /"(?:[^"\\]|\\.)*"(?=\s*:)/g;

/** Changes one of the places where a pattern is met. */
function onOne(pattern: RegExp, change: (found: string, random: Random) => string): Change {
  return (text, random) => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const { 0: one, index } = pick(found, random);
    return text.slice(0, index) + change(one, random) + text.slice(index + one.length);
  };
}

const otherCase = (key: string, random: Random) =>
  pick(
    [
      () => key.toUpperCase(),
      () => key.toLowerCase(),
      () => key.replace(/[a-z]/, (letter) => letter.toUpperCase()),
      () => key.replace(/s/, "\u017f"),
      () => key.replace(/k/i, "\u212a"),
      () => key.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
      () => key.replace(/"$/, ' "'),
    ],
    random,
  )();

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const DEPTHS = [50, 2000, 9_990, 10_000, 10_001, 12_000];

const DOUBLED: Change = (text, random) => {
  const pairs = [...text.matchAll(/"(\w+)":\s*("(?:[^"\\]|\\.)*"|\d+|true|false|null|\{\}|\[\])/g)];
  if (pairs.length === 0) return text;
  const { 0: pair, 1: key, index } = pick(pairs, random);
  const again = random.float() < 0.5 ? `"${key}"` : otherCase(`"${key}"`, random);
  const value = pick([pair.slice(pair.indexOf(":") + 1), "1", '"x"', "null", "{}"], random);
  const [first, second] = random.float() < 0.5 ? [pair, `${again}:${value}`] : [`${again}:${value}`, pair];
  return `${text.slice(0, index)}${first},${second}${text.slice(index + pair.length)}`;
};

const TRAILING = [
  "x",
  "{}",
  "[]",
  " ",
  "\n",
  ",",
  "\0",
  "}",
  "]",
  "//",
  "/* */",
  "null",
  "\ufeff",
  "---\n",
  DAMAGED,
  "\u00a0",
];
const LEADING = ["\ufeff", " ", "\n\t", "//\n", "/**/", "\f", "\u00a0", ",", "[", "(", "\0", "# c\n", DAMAGED];
const BETWEEN = ["/* c */", "// c\n", "\t", "\n", "\f", "\u00a0", ",", "\0", "#"];
const WHOLE = [
  "",
  " ",
  "null",
  "[]",
  "{}",
  "1",
  '"x"',
  "true",
  "{",
  "}",
  "[",
  "nul",
  "{]",
  "[}",
  '{"a"}',
  '{"a":}',
  '{"a" 1}',
];

const CHANGES: readonly Change[] = [
  ...Array<Change>(5).fill(onOne(SCALAR, (_, random) => `:${pick(VALUES, random)}`)),
  ...Array<Change>(3).fill(onOne(KEY, otherCase)),
  ...Array<Change>(3).fill(DOUBLED),
  onOne(/\}/g, (found, random) => `,"zz":${pick(VALUES, random)}${found}`),
  onOne(/^\{/g, (_, random) => {
    const [open, close] = pick([["[", "]"] as const, ['{"a":', "}"] as const], random);
    return `{"zz":${nested(pick(DEPTHS, random), open, close).replace('"a":}', '"a":1}')},`;
  }),
  (text, random) => text + pick(TRAILING, random),
  (text, random) => pick(LEADING, random) + text,
  (_, random) => pick(WHOLE, random),
  onOne(/[,:{[]/g, (found, random) => found + pick(BETWEEN, random)),
  onOne(/[,:"{}[\]]/g, (_, random) => pick(["", ",", ":", "'", ";"], random)),
  onOne(/[}\]]/g, (found) => `,${found}`),
  (text, random) => text.slice(0, random.int(text.length + 1)),
];
