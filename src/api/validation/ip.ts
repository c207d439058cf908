/** IP addresses and CIDRs, read strictly: what Go's sloppy parser takes and a strict one doesn't has its own message. */

/** An address as a number, with its family. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Written with leading zeros, which some read as octal. */
  readonly leadingZeros: boolean;
  /** An IPv4 address in IPv6 clothes, such as ::ffff:1.2.3.4. */
  readonly mapped: boolean;
}

const IP_RULE = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const CIDR_RULE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const MAPPED = 0xffffn;

/** Reads an address; undefined for text that is none. */
export function parseIp(text: string): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^0*\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  const value = parts.reduce((sum, part) => sum * 256n + BigInt(Number(part)), 0n);
  return { family: 4, value, leadingZeros: parts.some((part) => /^0\d/.test(part)), mapped: false };
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const tail = /^(.*:)(\d+\.[\d.]+)$/.exec(text);
  const embedded = tail ? parseIpv4(tail[2]!) : undefined;
  if (tail && !embedded) return undefined;
  const groupsOf = (half: string): string[] => (half === "" ? [] : half.split(":"));
  const withGroups = (half: string): string => {
    if (!embedded || !half.endsWith(tail![2]!)) return half;
    const hex = (part: bigint) => part.toString(16);
    return `${half.slice(0, half.length - tail![2]!.length)}${hex(embedded.value >> 16n)}:${hex(embedded.value & 0xffffn)}`;
  };
  const [head, rest] = halves.map((half) => groupsOf(withGroups(half))) as [string[], string[] | undefined];
  const missing = 8 - head.length - (rest?.length ?? 0);
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(rest === undefined ? 0 : missing).fill("0"), ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  const mapped = value >> 32n === MAPPED;
  const zeros = embedded?.leadingZeros ?? false;
  return mapped
    ? { family: 4, value: value & 0xffffffffn, leadingZeros: zeros, mapped }
    : { family: 6, value, leadingZeros: zeros, mapped };
}

/** An address as it should be written (RFC 5952). */
export function formatIp({ family, value }: Pick<IpAddress, "family" | "value">): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0n) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly bigint[]) => part.map((group) => group.toString(16)).join(":");
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** What is wrong with a new IP address. */
export function ipProblems(text: string): string[] {
  const ip = parseIp(text);
  if (!ip) return [IP_RULE];
  if (ip.leadingZeros) return ["must not have leading 0s"];
  return ip.mapped ? ["must not be an IPv4-mapped IPv6 address"] : [];
}

/** What is wrong with an IP address that was accepted before such texts were refused. */
export function legacyIpProblems(text: string): string[] {
  return parseIp(text) ? [] : [IP_RULE];
}

/** A CIDR in parts. */
export interface Cidr {
  readonly ip: IpAddress;
  readonly prefixLength: number;
  readonly leadingZeros: boolean;
  /** Whether bits beyond the prefix are set. */
  readonly hostBits: boolean;
}

/** Reads a CIDR; undefined for text that is none. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]*)\/(\d{1,4})$/.exec(text);
  const ip = match ? parseIp(match[1]!) : undefined;
  if (!match || !ip) return undefined;
  const bits = ip.family === 4 && !ip.mapped ? 32 : 128;
  const length = Number(match[2]);
  if (length > bits) return undefined;
  const prefixLength = ip.mapped ? length - 96 : length;
  if (prefixLength < 0) return undefined;
  const hostBits = (ip.value & ((1n << BigInt((ip.family === 4 ? 32 : 128) - prefixLength)) - 1n)) !== 0n;
  return { ip, prefixLength, leadingZeros: ip.leadingZeros || /^0\d/.test(match[2]!), hostBits };
}

/** Whether an address is one of a CIDR's; false for text that is none. */
export function isInCidr(cidr: string, address: string): boolean {
  const range = parseCidr(cidr);
  const ip = parseIp(address);
  if (!range || !ip || range.ip.family !== ip.family) return false;
  const bits = BigInt((ip.family === 4 ? 32 : 128) - range.prefixLength);
  return range.ip.value >> bits === ip.value >> bits;
}

/** What is wrong with a new CIDR. */
export function cidrProblems(text: string): string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [CIDR_RULE];
  const problems: string[] = [];
  if (cidr.leadingZeros) problems.push("must not have leading 0s in IP or prefix length");
  else if (cidr.ip.mapped) problems.push("must not have an IPv4-mapped IPv6 address");
  if (cidr.hostBits) problems.push("must not have bits set beyond the prefix length");
  return problems;
}

/** What is wrong with a CIDR that was accepted before such texts were refused. */
export function legacyCidrProblems(text: string): string[] {
  return parseCidr(text) ? [] : [CIDR_RULE];
}

/** What is said of an address that isn't written as it should be. */
export function ipWarnings(path: string, text: string): string[] {
  const ip = parseIp(text);
  if (!ip) return [];
  const canonical = formatIp(ip);
  if (ip.leadingZeros || ip.mapped)
    return [
      `${path}: non-standard IP address "${text}" will be considered invalid in a future Kubernetes release: use "${canonical}"`,
    ];
  if (ip.family === 4 || canonical === text) return [];
  return [`${path}: IPv6 address "${text}" should be in RFC 5952 canonical format ("${canonical}")`];
}

/** The same for an address that must be written in its one best way. */
export function canonicalIpProblems(text: string): string[] {
  const problems = ipProblems(text);
  const ip = parseIp(text);
  if (problems.length > 0 || !ip) return problems;
  return formatIp(ip) === text ? [] : [`must be in canonical form ("${formatIp(ip)}")`];
}

/** The same for a CIDR. */
export function canonicalCidrProblems(text: string): string[] {
  const problems = cidrProblems(text);
  const cidr = parseCidr(text);
  if (problems.length > 0 || !cidr) return problems;
  const canonical = `${formatIp(cidr.ip)}/${cidr.prefixLength}`;
  return canonical === text ? [] : [`must be in canonical form ("${canonical}")`];
}
