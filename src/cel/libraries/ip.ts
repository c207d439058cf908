import { type Address, masked, parseAddress, showAddress } from "../addresses.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { overload } from "../signature.ts";
import { opaque } from "../types.ts";
import { Opaque, type Value } from "../values.ts";

const IP = opaque("net.IP");
const CIDR = opaque("net.CIDR");

interface Network {
  readonly address: Address;
  readonly length: number;
}

const ipOf = (address: Address): Opaque => new Opaque(IP, address, showAddress(address));
const addressOf = ({ content }: Opaque) => content as Address;
const networkOf = ({ content }: Opaque) => content as Network;
const MAPPED = 0xffffn;

function parseIp(text: string): Opaque {
  const address = parseAddress(text);
  const fail = (why: string) =>
    new EvaluationError(`IP Address ${JSON.stringify(text)} parse error during conversion from string: ${why}`);
  if (typeof address === "string") throw fail(`ParseAddr(${JSON.stringify(text)}): ${address}`);
  if (address.bits === 128 && address.value >> 32n === MAPPED)
    throw new EvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return ipOf(address);
}

/** The original says it twice. */
const NO_NETWORK = "network address parse error during conversion from string: ";

function parseCidr(text: string): Opaque {
  const fail = (why: string) =>
    new EvaluationError(`${NO_NETWORK}${NO_NETWORK}netip.ParsePrefix(${JSON.stringify(text)}): ${why}`);
  const slash = text.lastIndexOf("/");
  if (slash < 0) throw fail("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (typeof address === "string") throw fail(`ParseAddr(${JSON.stringify(text.slice(0, slash))}): ${address}`);
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d*)$/.test(length)) throw fail(`bad bits after slash: ${JSON.stringify(length)}`);
  if (Number(length) > address.bits) throw fail("prefix length out of range");
  return cidrOf({ address, length: Number(length) });
}

function cidrOf(network: Network): Opaque {
  return new Opaque(CIDR, network, `${showAddress(network.address)}/${network.length}`);
}

function works(parse: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
}

function contains(outer: Network, { bits, value }: Address): boolean {
  if (outer.address.bits !== bits) return false;
  return masked(outer.address, outer.length).value === masked({ bits, value }, outer.length).value;
}

const containsIp = (cidr: Opaque, ip: Opaque | string): boolean =>
  contains(networkOf(cidr), typeof ip === "string" ? addressIn(ip) : addressOf(ip));

/** Of a text that is no address the original says no more than that it takes none such. */
function addressIn(text: string): Address {
  const address = parseAddress(text);
  if (typeof address === "string") throw new EvaluationError("no such overload");
  return address;
}

function containsCidr(outer: Opaque, inner: Opaque | string): boolean {
  const { address, length } = networkOf(typeof inner === "string" ? parseCidr(inner) : inner);
  return networkOf(outer).length <= length && contains(networkOf(outer), address);
}

const within = (address: Address, four: string, six: string): boolean =>
  contains(networkOf(parseCidr(address.bits === 32 ? four : six)), address);
const isUnspecified = ({ value }: Address) => value === 0n;
const isLoopback = (address: Address) => within(address, "127.0.0.0/8", "::1/128");
const isMulticast = (address: Address) => within(address, "224.0.0.0/4", "ff00::/8");
const isLinkLocalMulticast = (address: Address) =>
  within(address, "224.0.0.0/24", "ff02::/16") ||
  (address.bits === 128 && ((address.value >> 112n) & 0xff0fn) === 0xff02n);
const isLinkLocalUnicast = (address: Address) => within(address, "169.254.0.0/16", "fe80::/10");
const isBroadcast = ({ bits, value }: Address) => bits === 32 && value === 0xffffffffn;
const isGlobalUnicast = (address: Address) =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((is) => is(address));

const about = (test: (address: Address) => boolean) => (ip: Opaque) => test(addressOf(ip));
const family = (ip: Opaque): Value => (addressOf(ip).bits === 32 ? 4n : 6n);

/** Addresses and networks. */
export const addresses: Library = {
  types: [IP, CIDR],
  overloads: [
    overload("ip(string): net.IP", parseIp),
    overload("isIP(string): bool", works(parseIp)),
    overload("ip:isCanonical(string): bool", (text: string) => showAddress(addressOf(parseIp(text))) === text),
    overload("string(net.IP): string", ({ key }) => key),
    overload("net.IP.family(): int", family),
    overload("net.IP.isUnspecified(): bool", about(isUnspecified)),
    overload("net.IP.isLoopback(): bool", about(isLoopback)),
    overload("net.IP.isLinkLocalMulticast(): bool", about(isLinkLocalMulticast)),
    overload("net.IP.isLinkLocalUnicast(): bool", about(isLinkLocalUnicast)),
    overload("net.IP.isGlobalUnicast(): bool", about(isGlobalUnicast)),
    overload("cidr(string): net.CIDR", parseCidr),
    overload("isCIDR(string): bool", works(parseCidr)),
    overload("string(net.CIDR): string", ({ key }) => key),
    overload("net.CIDR.containsIP(net.IP): bool", containsIp),
    overload("net.CIDR.containsIP(string): bool", containsIp),
    overload("net.CIDR.containsCIDR(net.CIDR): bool", containsCidr),
    overload("net.CIDR.containsCIDR(string): bool", containsCidr),
    overload("net.CIDR.ip(): net.IP", (cidr) => ipOf(networkOf(cidr).address)),
    overload("net.CIDR.prefixLength(): int", (cidr) => BigInt(networkOf(cidr).length)),
    overload("net.CIDR.masked(): net.CIDR", (cidr) => {
      const { address, length } = networkOf(cidr);
      return cidrOf({ address: masked(address, length), length });
    }),
  ],
};
