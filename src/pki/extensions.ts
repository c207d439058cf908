import { Buffer } from "node:buffer";
import { isIPv4, isIPv6 } from "node:net";
import {
  contextPrimitive,
  DerReader,
  derTrue,
  element,
  namedBits,
  objectIdentifier,
  octetString,
  readBitString,
  readNamedBits,
  readOid,
  readSmallInteger,
  sequence,
  smallInteger,
  TAG,
} from "./der.ts";
import { PkiError } from "./errors.ts";

/** Names beside the subject that a certificate is for. */
export interface AlternativeNames {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
  readonly email?: readonly string[];
}

/** Key usages under the names of the certificates API. */
const KEY_USAGES = [
  "digital signature",
  "content commitment",
  "key encipherment",
  "data encipherment",
  "key agreement",
  "cert sign",
  "crl sign",
  "encipher only",
  "decipher only",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const EXTENDED_USAGE_OIDS = {
  any: "2.5.29.37.0",
  "server auth": "1.3.6.1.5.5.7.3.1",
  "client auth": "1.3.6.1.5.5.7.3.2",
  "code signing": "1.3.6.1.5.5.7.3.3",
  "email protection": "1.3.6.1.5.5.7.3.4",
  timestamping: "1.3.6.1.5.5.7.3.8",
  "ocsp signing": "1.3.6.1.5.5.7.3.9",
} as const;
export type ExtendedKeyUsage = keyof typeof EXTENDED_USAGE_OIDS;
const EXTENDED_USAGE_NAMES = new Map<string, ExtendedKeyUsage>(
  Object.entries(EXTENDED_USAGE_OIDS).map(([name, oid]) => [oid, name as ExtendedKeyUsage]),
);

const OID = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** What the extensions of a certificate or request say. */
export interface Extensions {
  readonly isCa?: boolean;
  readonly maxPathLength?: number;
  readonly keyUsages?: readonly KeyUsage[];
  readonly extendedKeyUsages?: readonly ExtendedKeyUsage[];
  readonly sans?: AlternativeNames;
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
  /** Critical ones that this code does not know: a verifier must refuse the certificate. */
  readonly unknownCritical?: readonly string[];
}

/** The SEQUENCE OF Extension. */
export function encodeExtensions(of: Extensions): Uint8Array {
  const list: Uint8Array[] = [];
  if (of.keyUsages?.length)
    list.push(critical(OID.keyUsage, namedBits(of.keyUsages.map((usage) => KEY_USAGES.indexOf(usage)))));
  if (of.extendedKeyUsages?.length) {
    const oids = of.extendedKeyUsages.map((usage) => objectIdentifier(EXTENDED_USAGE_OIDS[usage]));
    list.push(plain(OID.extendedKeyUsage, sequence(...oids)));
  }
  if (of.isCa !== undefined) {
    const length = of.isCa && of.maxPathLength !== undefined ? [smallInteger(of.maxPathLength)] : [];
    list.push(critical(OID.basicConstraints, of.isCa ? sequence(derTrue, ...length) : sequence()));
  }
  if (of.subjectKeyId) list.push(plain(OID.subjectKeyId, octetString(of.subjectKeyId)));
  if (of.authorityKeyId)
    list.push(plain(OID.authorityKeyId, sequence(element(contextPrimitive(0), of.authorityKeyId))));
  const names = encodeNames(of.sans ?? {});
  if (names.length > 0) list.push(plain(OID.alternativeNames, sequence(...names)));
  return sequence(...list);
}

const plain = (oid: string, value: Uint8Array) => sequence(objectIdentifier(oid), octetString(value));
const critical = (oid: string, value: Uint8Array) => sequence(objectIdentifier(oid), derTrue, octetString(value));

function encodeNames({ email = [], dns = [], uri = [], ip = [] }: AlternativeNames): Uint8Array[] {
  const text = (number: number) => (value: string) => element(contextPrimitive(number), Buffer.from(value, "latin1"));
  return [
    ...email.map(text(1)),
    ...dns.map(text(2)),
    ...uri.map(text(6)),
    ...ip.map((address) => element(contextPrimitive(7), ipBytes(address))),
  ];
}

/** The 4 or 16 bytes of an IP address. */
export function ipBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split("."), Number);
  if (!isIPv6(address) || address.includes("%"))
    throw new PkiError("malformed", `encode IP address: ${JSON.stringify(address)} is none`);
  const lastColon = address.lastIndexOf(":");
  const mapped = isIPv4(address.slice(lastColon + 1));
  const tail = mapped ? ipBytes(address.slice(lastColon + 1)) : undefined;
  const groups = tail
    ? `${address.slice(0, lastColon)}:${((tail[0]! << 8) | tail[1]!).toString(16)}:${((tail[2]! << 8) | tail[3]!).toString(16)}`
    : address;
  const [head = "", rest] = groups.split("::");
  const left = head ? head.split(":") : [];
  const right = rest ? rest.split(":") : [];
  const all = rest === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  const bytes = new Uint8Array(16);
  all.forEach((group, index) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * index] = value >> 8;
    bytes[2 * index + 1] = value & 0xff;
  });
  return bytes;
}

/** An address as text, IPv6 in its canonical short form (RFC 5952). */
function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new PkiError("malformed", `read IP address: ${bytes.length} bytes, want 4 or 16`);
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
  );
  const text = groups.join(":");
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length || a.index - b.index);
  const run = runs[0];
  if (!run) return text;
  const before = text.slice(0, run.index).replace(/:$/, "");
  const after = text.slice(run.index + run[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/** Reads a SEQUENCE OF Extension (the reader is inside of it). */
export function decodeExtensions(reader: DerReader): Extensions {
  const found: { -readonly [K in keyof Extensions]: Extensions[K] } = {};
  const unknownCritical: string[] = [];
  const seen = new Set<string>();
  while (!reader.done) {
    const extension = reader.enter(TAG.sequence);
    const oid = readOid(extension.expect(TAG.oid).content);
    if (seen.has(oid)) throw new PkiError("malformed", `read extensions: ${oid} is there twice`);
    seen.add(oid);
    const isCritical = extension.maybe(TAG.boolean)?.content[0] === 0xff;
    const value = new DerReader(extension.expect(TAG.octetString).content);
    if (!decodeExtension(oid, value, found) && isCritical) unknownCritical.push(oid);
  }
  if (unknownCritical.length > 0) found.unknownCritical = unknownCritical;
  return found;
}

function decodeExtension(
  oid: string,
  value: DerReader,
  into: { -readonly [K in keyof Extensions]: Extensions[K] },
): boolean {
  switch (oid) {
    case OID.keyUsage:
      into.keyUsages = readNamedBits(value.expect(TAG.bitString).content).flatMap((bit) => KEY_USAGES[bit] ?? []);
      return true;
    case OID.extendedKeyUsage:
      into.extendedKeyUsages = decodeExtendedUsages(value.enter(TAG.sequence));
      return true;
    case OID.basicConstraints: {
      const constraints = value.enter(TAG.sequence);
      into.isCa = constraints.maybe(TAG.boolean)?.content[0] === 0xff;
      const length = constraints.maybe(TAG.integer);
      if (length) into.maxPathLength = readSmallInteger(length.content);
      return true;
    }
    case OID.subjectKeyId:
      into.subjectKeyId = value.expect(TAG.octetString).content;
      return true;
    case OID.authorityKeyId: {
      const id = value.enter(TAG.sequence).maybe(contextPrimitive(0));
      if (id) into.authorityKeyId = id.content;
      return true;
    }
    case OID.alternativeNames:
      into.sans = decodeNames(value.enter(TAG.sequence));
      return true;
    default:
      return false;
  }
}

function decodeExtendedUsages(reader: DerReader): ExtendedKeyUsage[] {
  const usages: ExtendedKeyUsage[] = [];
  while (!reader.done) {
    const usage = EXTENDED_USAGE_NAMES.get(readOid(reader.expect(TAG.oid).content));
    if (usage) usages.push(usage);
  }
  return usages;
}

function decodeNames(reader: DerReader): AlternativeNames {
  const names = { email: [] as string[], dns: [] as string[], uri: [] as string[], ip: [] as string[] };
  while (!reader.done) {
    const { tag, content } = reader.next();
    const text = () => Buffer.from(content).toString("latin1");
    if (tag === contextPrimitive(1)) names.email.push(text());
    else if (tag === contextPrimitive(2)) names.dns.push(text());
    else if (tag === contextPrimitive(6)) names.uri.push(text());
    else if (tag === contextPrimitive(7)) names.ip.push(ipText(content));
  }
  return names;
}

/** The key id of a public key's DER: SHA-1 over its bits, as RFC 5280 suggests, is computed by the caller. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const reader = new DerReader(spki).enter(TAG.sequence);
  reader.next();
  return readBitString(reader.expect(TAG.bitString).content);
}
