import { type Cidr, formatIp, parseCidr, parseIp } from "../../api/index.ts";

/** A range that addresses of services are drawn from. They are counted from the first that may be given out. */
export interface AddressRange {
  readonly family: "IPv4" | "IPv6";
  readonly first: bigint;
  /** How many may be given out. */
  readonly size: number;
}

/** Of a huge IPv6 range only the beginning is used. */
const SIZE_MAX = 2 ** 32;

/** Reads a CIDR such as 10.96.0.0/16 or fd00::/112; throws on anything else. Network and broadcast address are left out. */
export function addressRange(text: string): AddressRange {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`parse service range: ${text} is no CIDR`);
  const { family, value } = cidr.ip;
  const bits = BigInt(bitsOf(cidr));
  const size = sizeOf(cidr);
  if (size < 1) throw new Error(`parse service range: ${text} holds no address that could be given out`);
  return { family: `IPv${family}`, first: ((value >> bits) << bits) + 1n, size };
}

/** Whether a CIDR has an address that may be given out. */
export function holdsAddresses(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && sizeOf(cidr) > 0;
}

function bitsOf({ ip, prefixLength }: Cidr): number {
  return (ip.family === 4 ? 32 : 128) - prefixLength;
}

function sizeOf(cidr: Cidr): number {
  // An IPv6 range has no broadcast address.
  const reserved = cidr.ip.family === 4 ? 2 : 1;
  return Math.min(SIZE_MAX, 2 ** bitsOf(cidr)) - reserved;
}

/** Which of a range's addresses a text is; undefined for one of another range, or none. */
export function offsetOf({ family, first, size }: AddressRange, text: string): number | undefined {
  const ip = parseIp(text);
  if (!ip || `IPv${ip.family}` !== family) return undefined;
  const offset = ip.value - first;
  return offset >= 0n && offset < BigInt(size) ? Number(offset) : undefined;
}

/** A range's address as text. */
export function addressAt({ family, first }: AddressRange, offset: number): string {
  return formatIp({ family: family === "IPv4" ? 4 : 6, value: first + BigInt(offset) });
}
