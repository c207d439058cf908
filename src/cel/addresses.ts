/** An address as a number, and how many bits it has. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** An address, or why a text is none, with the part of it at which that shows. */
export function parseAddress(text: string): Address | string {
  // What the first of these is tells what it was meant to be.
  const first = /[.:%]/.exec(text)?.[0];
  if (first === undefined) return "unable to parse IP";
  if (first === "%") return "missing IPv6 address";
  if (first === ":") return parseSix(text);
  const four = parseFour(text);
  return typeof four === "string" ? four : { bits: 32, value: four };
}

const at = (problem: string, rest: string) => `${problem} (at ${JSON.stringify(rest)})`;

function parseFour(text: string): bigint | string {
  const done: bigint[] = [];
  let field = "";
  for (const [index, character] of [...text].entries()) {
    if (/[0-9]/.test(character)) {
      if (field === "0") return "IPv4 field has octet with leading zero";
      field += character;
      if (Number(field) > 255) return "IPv4 field has value >255";
    } else if (character === ".") {
      if (field === "" || index === text.length - 1)
        return at("IPv4 field must have at least one digit", text.slice(index));
      if (done.length === 3) return "IPv4 address too long";
      done.push(BigInt(field));
      field = "";
    } else return at("unexpected character", text.slice(index));
  }
  if (done.length < 3) return "IPv4 address too short";
  return [...done, BigInt(field)].reduce((sum, one) => (sum << 8n) | one, 0n);
}

/** Fields of an address, and where among them `::` stands. */
interface Fields {
  readonly before: readonly bigint[];
  /** undefined without `::`. */
  readonly after: readonly bigint[] | undefined;
}

const FIELDS = 8;

function parseSix(text: string): Address | string {
  const zone = text.indexOf("%");
  if (zone === text.length - 1) return "zone must be a non-empty string";
  if (zone >= 0) return "zones are not allowed";
  const fields = fieldsOf(text);
  if (typeof fields === "string") return fields;
  const { before, after } = fields;
  const missing = FIELDS - before.length - (after?.length ?? 0);
  if (missing > 0 && !after) return "address string too short";
  if (missing === 0 && after) return "the :: must expand to at least one field of zeros";
  const all = [...before, ...Array.from({ length: missing }, () => 0n), ...(after ?? [])];
  return { bits: 128, value: all.reduce((sum, field) => (sum << 16n) | field, 0n) };
}

/** Reads field by field, so that the first thing that is wrong is what is told. */
function fieldsOf(text: string): Fields | string {
  const before: bigint[] = [];
  let after: bigint[] | undefined;
  let rest = text;
  if (rest.startsWith("::")) {
    after = [];
    rest = rest.slice(2);
  }
  while (rest !== "" && before.length + (after?.length ?? 0) < FIELDS) {
    const count = before.length + (after?.length ?? 0);
    const digits = /^[0-9a-fA-F]*/.exec(rest)![0];
    if (digits.length > 4) return at("each group must have 4 or less digits", rest);
    if (digits === "") return at("each colon-separated field must have at least one digit", rest);
    if (rest[digits.length] === ".") {
      const four = fourWithin(rest, count, after !== undefined);
      if (typeof four === "string") return four;
      (after ?? before).push(four >> 16n, four & 0xffffn);
      return { before, after };
    }
    (after ?? before).push(BigInt(`0x${digits}`));
    rest = rest.slice(digits.length);
    if (rest === "") break;
    if (rest[0] !== ":") return at("unexpected character, want colon", rest);
    if (rest === ":") return at("colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (rest[0] !== ":") continue;
    if (after) return at("multiple :: in address", rest);
    after = [];
    rest = rest.slice(1);
  }
  return rest === "" ? { before, after } : at("trailing garbage after address", rest);
}

/** An IPv4 address at the end of an IPv6 one, in the place of its last two fields. */
function fourWithin(rest: string, count: number, isExpanded: boolean): bigint | string {
  if (!isExpanded && count !== FIELDS - 2)
    return at("embedded IPv4 address must replace the final 2 fields of the address", rest);
  if (count + 2 > FIELDS) return at("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
  return parseFour(rest);
}

export function showAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const fields = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  const longest = longestZeros(fields);
  if (!longest) return fields.join(":");
  return `${fields.slice(0, longest.start).join(":")}::${fields.slice(longest.end).join(":")}`;
}

/** The first of the longest runs of at least two zeros. */
function longestZeros(fields: readonly string[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < fields.length; start++) {
    let end = start;
    while (fields[end] === "0") end++;
    if (end - start >= 2 && end - start > (best ? best.end - best.start : 0)) best = { start, end };
  }
  return best;
}

/** The bits of an address that a prefix leaves. */
export function masked({ bits, value }: Address, length: number): Address {
  const shift = BigInt(bits - length);
  return { bits, value: (value >> shift) << shift };
}
