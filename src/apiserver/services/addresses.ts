/** IPv4 ranges as numbers: what addresses of services are drawn from. */
export interface AddressRange {
  /** The first address that may be given out. */
  readonly first: number;
  /** How many may be. */
  readonly size: number;
}

/** Reads a CIDR such as 10.96.0.0/16; throws on anything else. Network and broadcast address are left out. */
export function parseCidr(text: string): AddressRange {
  const [address = "", bits = ""] = text.split("/");
  const base = parseAddress(address);
  const length = /^\d{1,2}$/.test(bits) ? Number(bits) : Number.NaN;
  if (base === undefined || !(length >= 1 && length <= 30))
    throw new Error(`parse service range: ${text} is no IPv4 CIDR`);
  const total = 2 ** (32 - length);
  return { first: base - (base % total) + 1, size: total - 2 };
}

/** An IPv4 address as a number; undefined for text that is none, such as one with leading zeros. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** A number as an IPv4 address. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
