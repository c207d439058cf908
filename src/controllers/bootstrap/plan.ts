import { createHmac } from "node:crypto";
import type { ConfigMap, Secret } from "../../api/index.ts";
import { parseTime, own } from "../../base/index.ts";

const TOKEN_TYPE = "bootstrap.kubernetes.io/token";
const NAME_PREFIX = "bootstrap-token-";
const SIGNATURE_PREFIX = "jws-kubeconfig-";
const KUBECONFIG = "kubeconfig";

/** A token with which machines join. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

function valueOf({ data }: Secret, key: string): string {
  const value = own(data, key);
  return value ? atob(value) : "";
}

/** When a token ends; undefined when it doesn't, or says so in no way that can be read. */
export function expiryMs(secret: Secret): number | undefined {
  if (secret.type !== TOKEN_TYPE) return undefined;
  const text = valueOf(secret, "expiration");
  const atMs = text === "" ? Number.NaN : parseTime(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** The token of a secret, if it may sign and hasn't ended. */
export function signingToken(secret: Secret, nowMs: number): BootstrapToken | undefined {
  if (secret.type !== TOKEN_TYPE || secret.metadata.deletionTimestamp) return undefined;
  const id = valueOf(secret, "token-id");
  const text = valueOf(secret, "token-secret");
  const end = valueOf(secret, "expiration") === "" ? Infinity : (expiryMs(secret) ?? -Infinity);
  const fits = /^[a-z0-9]{6}$/.test(id) && text !== "" && secret.metadata.name === NAME_PREFIX + id;
  const signs = valueOf(secret, "usage-bootstrap-signing") === "true";
  return fits && signs && end > nowMs ? { id, secret: text } : undefined;
}

/** The data that the public configuration should have: itself, signed by every token. */
export function signedData(
  { data = {} }: ConfigMap,
  tokens: readonly BootstrapToken[],
): Readonly<Record<string, string>> {
  const content = data[KUBECONFIG];
  const unsigned = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE_PREFIX));
  if (content === undefined) return data;
  const signatures = tokens.map((token) => [SIGNATURE_PREFIX + token.id, detachedSignature(content, token)]);
  return Object.fromEntries([...unsigned, ...signatures]);
}

/** A JSON web signature without the content in the middle. */
function detachedSignature(content: string, { id, secret }: BootstrapToken): string {
  const header = base64url(JSON.stringify({ alg: "HS256", kid: id }));
  const signature = createHmac("sha256", secret)
    .update(`${header}.${base64url(content)}`)
    .digest("base64url");
  return `${header}..${signature}`;
}

const encoder = new TextEncoder();

function base64url(text: string): string {
  const base64 = btoa(String.fromCharCode(...encoder.encode(text)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
