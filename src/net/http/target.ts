import { Buffer } from "node:buffer";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { ApiRequest } from "../message.ts";

/** How a client proves itself and whom it trusts. */
export interface ClientTls {
  /** Authorities of the server (PEM); without it the system's. */
  readonly ca?: string | Uint8Array;
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name to ask for and to check, when it isn't the address. */
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** Names in lower case; several values go as a line each. */
export type SentHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Where requests go. */
export interface Target {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** Goes before every path; no slash at its end. */
  readonly prefix: string;
  /** For the Host header. */
  readonly authority: string;
  readonly tls: ClientTls;
}

export function targetOf(server: string, tls: ClientTls = {}): Target {
  const url = new URL(server.includes("://") ? server : `https://${server}`);
  const isSecure = url.protocol === "https:";
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (isSecure ? 443 : 80),
    prefix: url.pathname.replace(/\/+$/, ""),
    authority: url.host,
    tls,
  };
}

/** Options of node:tls for a target. */
export function tlsOptions({ tls, host }: Target) {
  const bytes = (value: string | Uint8Array) => (typeof value === "string" ? value : Buffer.from(value));
  // Names only: an IP address in SNI is against the standard, and Node warns of it.
  const isName = /[a-z]/i.test(host) && !host.includes(":");
  return {
    ...(tls.ca !== undefined && { ca: bytes(tls.ca) }),
    ...(tls.cert !== undefined && { cert: bytes(tls.cert) }),
    ...(tls.key !== undefined && { key: bytes(tls.key) }),
    servername: tls.serverName ?? (isName ? host : ""),
    ...(tls.serverName !== undefined && { checkServerIdentity: checkFor(tls.serverName) }),
    rejectUnauthorized: !tls.insecureSkipTlsVerify,
  };
}

const checkFor = (name: string) => (_host: string, certificate: PeerCertificate) =>
  checkServerIdentity(name, certificate);

export function pathOf({ prefix }: Target, { path, query }: ApiRequest): string {
  return query === "" ? prefix + path : `${prefix}${path}?${query}`;
}

/** Headers that are about one connection: a client or proxy makes its own (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const HOP_BY_HOP_SET = new Set(HOP_BY_HOP);

/** The headers of a message that go on to the next hop: without those of this one and those that Connection names. */
export function endToEndHeaders<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  const named = String(headers.connection ?? "").toLowerCase();
  const listed = named === "" ? [] : named.split(",").map((name) => name.trim());
  const out: Record<string, T> = {};
  for (const name in headers) if (!HOP_BY_HOP_SET.has(name) && !listed.includes(name)) out[name] = headers[name]!;
  return out;
}
