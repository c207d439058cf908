/** An address as a number, and how many bits it has. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** An address, or why a text is none. */
export function parseAddress(text: string): Address | string {
  // What the first of these is tells what it was meant to be.
  const first = /[.:%]/.exec(text)?.[0];
  if (first === undefined) return "unable to parse IP";
  if (first === "%") return "missing IPv6 address";
  if (first === ":") return parseSix(text);
  const four = parseFour(text);
  return typeof four === "string" ? four : { bits: 32, value: four };
}

function parseFour(text: string): bigint | string {
  const fields = text.split(".");
  let value = 0n;
  for (const field of fields) {
    if (!/^\d*$/.test(field)) return "unexpected character";
    if (field === "") return "IPv4 field must have at least one digit";
    if (field.length > 1 && field.startsWith("0")) return "IPv4 field has octet with leading zero";
    if (Number(field) > 255) return "IPv4 field has value >255";
    value = (value << 8n) | BigInt(field);
  }
  if (fields.length < 4) return "IPv4 address too short";
  return fields.length > 4 ? "IPv4 address too long" : value;
}

function parseSix(text: string): Address | string {
  if (text.includes("%")) return "zones are not allowed";
  const dotted = /^(.*:)([^:]*\.[^:]*)$/.exec(text);
  let plain = text;
  if (dotted) {
    const four = parseFour(dotted[2] as string);
    if (typeof four === "string") return four;
    plain = `${dotted[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  }
  const halves = plain.split("::");
  if (halves.length > 2) return "multiple :: in address";
  const [left = [], right = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0)
    return missing > 0 ? "address string too short" : "trailing garbage after address";
  const fields = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  if (fields.some((field) => !/^[0-9a-fA-F]{1,4}$/.test(field)))
    return "each colon-separated field must have at least one digit";
  return { bits: 128, value: fields.reduce((sum, field) => (sum << 16n) | BigInt(`0x${field}`), 0n) };
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
