import type { Answer } from "./exchange.ts";

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/;
const JWTS = new RegExp(JWT, "g");
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC|[+-]\d\d:\d\d)( m=[+\d.]+)?/g;
/** Longer bases of generated names are cut. */
const BASE_MAX = 58;
const NEAR_MS = 2 * 86_400_000;
/** Values of the moment in texts, and what stands for them. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(?<=[nN]odePort(?:\\*":|: ))3[0-2]\d{3}\b/g, "<port>"],
  [/(?<=\bDuplicate value: )3[0-2]\d{3}\b/g, "<port>"],
  [/\b10\.96\.(?!0\.1\b)\d+\.\d+\b/g, "<ip>"],
  [/\b(?:127\.0\.0\.1|192\.0\.2\.\d):\d+/g, "<address>"],
  [/(expirationTimestamp: ")[^"]+/g, "$1<time>"],
  [/(ResourceVersion in (?:the )?(?:record|precondition) \()\d+/g, "$1<rv>"],
  // The original draws a new name for each type that it makes of a schema.
  [/\bselfType\d+\b/g, "object"],
  // The original calls itself as its program's file is called.
  [/\bkube-apiserver-1\.36\.1\b/g, "kube-apiserver"],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, "kube-api-access-<rand>"],
  [/X509SHA256=[0-9a-f]{64}/g, "X509SHA256=<hash>"],
  [/in scheme "[^"]*"/g, 'in scheme "<scheme>"'],
  [/hash=[0-9A-F]{64,}/g, "hash=<hash>"],
  [/(resource version: )\d+( \()\d+\)/g, "$1<rv>$2<rv>)"],
  [/(, current: )\d+/g, "$1<rv>"],
  [/(resourceVersion\\?"?: ?\\?")[1-9]\d*/g, "$1<rv>"],
  // Of a list in YAML.
  [/^( +continue: )\S+$/gm, "$1<continue>"],
  // Of what is asked for.
  [/([?&]resourceVersion=)[1-9]\d*/g, "$1<rv>"],
  [/([?&]continue=)[^&]+/g, "$1<continue>"],
];

/** Columns are described in words of our own, or not at all; in YAML the words can't be told apart from the rest later. */
const TABLE = /^kind: Table$/m;
const DESCRIPTION = /^- description:(?:.*\n)(?: {4}.*\n|\n)*/gm;
const AGE = /^( +- )(?:\d+[smh])+$/gm;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Brings what cannot repeat into a form that does: uids and resource versions are numbered by their first appearance in a
 * script, so that what is equal stays equal; times near now, addresses, generated suffixes and tokens have a word each.
 */
export class Normaliser {
  readonly #seen = { uid: [] as string[], rv: [] as string[] };
  readonly #generated: [name: string, stands: string][] = [];
  readonly #bases: string[] = [];
  readonly #now = Date.now();
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  /** What is sent says what a generated name begins with, which an error tells too. */
  noteBase(body: unknown): void {
    const { name, generateName } =
      (body as { metadata?: { name?: unknown; generateName?: unknown } } | null)?.metadata ?? {};
    if (typeof generateName === "string" && generateName && !name) this.#bases.push(generateName.slice(0, BASE_MAX));
  }

  /** Key order doesn't matter to clients, and managedFields' order depends on the second that a write falls in. */
  answer({ status, headers, body }: Answer): Json {
    const seen = Object.entries(headers)
      .filter(([name, value]) => name !== "content-type" || value !== "application/json")
      .map(([name, value]) => [name, this.#text(value)]);
    const shown =
      typeof body === "string" && TABLE.test(body) ? body.replaceAll(DESCRIPTION, "").replaceAll(AGE, "$1<age>") : body;
    return { status, headers: Object.fromEntries(seen), ...(shown !== undefined && { body: this.value(shown) }) };
  }

  value(value: unknown, key = "", within: object = {}): Json {
    if (typeof value === "string") return this.#string(value, key, within);
    if (typeof value === "number" && /^(nodePort|healthCheckNodePort)$/.test(key) && value >= 30_000 && value <= 32_767)
      return "<port>";
    if (Array.isArray(value)) return value.map((each) => (isAge(each, key) ? "<age>" : this.value(each, key, within)));
    if (typeof value !== "object" || value === null) return value as Json;
    return this.#object(value as Record<string, unknown>);
  }

  #object(value: Record<string, unknown>): Json {
    this.#noteGenerated(value.metadata as Record<string, unknown> | undefined);
    const managed = value.managedFields;
    const sorted = Array.isArray(managed) ? { ...value, managedFields: managed.toSorted(byManager) } : value;
    const entries = Object.entries(sorted).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, each]) => [this.#text(name), this.value(each, name, value)]));
  }

  #string(value: string, key: string, within: object): string {
    if (/^(resourceVersion|lastSyncResourceVersion)$/.test(key) && /^[1-9]\d*$/.test(value))
      return "uid" in within ? this.#number("rv", value) : "<rv>";
    if (key === "expirationTimestamp") return "<time>";
    return key === "continue" && value ? "<continue>" : this.#text(value);
  }

  #text(text: string): string {
    if (JWT.test(text)) return this.#text(text.replaceAll(JWTS, (token) => this.#token(token)));
    let result = text.replaceAll(this.#id, "<id>");
    for (const base of this.#bases)
      result = result.replace(new RegExp(`(?<![\\w-])${RegExp.escape(base)}[a-z0-9]{5}\\b`, "g"), () => `${base}<gen>`);
    for (const [name, stands] of this.#generated) result = result.replaceAll(name, stands);
    result = result.replace(UUID, (uid) => this.#number("uid", uid)).replace(TIME, (time) => this.#time(time));
    for (const [pattern, stands] of TEXTS) result = result.replace(pattern, stands);
    return result;
  }

  /** What a token says, with its times counted from when it was made. */
  #token(token: string): string {
    const [header, claims] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    try {
      const { iat, exp, nbf, ...rest } = JSON.parse(claims!);
      const said = { ...rest, algorithm: JSON.parse(header!).alg, expiresIn: exp - iat, validIn: nbf - iat };
      return `<jwt ${JSON.stringify(this.value(said))}>`;
    } catch {
      return "<jwt>";
    }
  }

  #time(text: string): string {
    const iso = text.replace(" +0000 UTC", "Z").replace(/ m=.*/, "").replace(" ", "T");
    return Math.abs(Date.parse(iso) - this.#now) < NEAR_MS ? "<time>" : text;
  }

  #number(kind: "uid" | "rv", value: string): string {
    const list = this.#seen[kind];
    if (!list.includes(value)) list.push(value);
    return `<${kind}${list.indexOf(value) + 1}>`;
  }

  #noteGenerated(metadata: Record<string, unknown> | undefined): void {
    const { name, generateName: base } = metadata ?? {};
    if (typeof name !== "string" || typeof base !== "string" || !base || !name.startsWith(base)) return;
    if (this.#generated.some(([known]) => known === name)) return;
    this.#generated.push([name, `${base}<gen${this.#generated.length + 1}>`]);
  }
}

const isAge = (cell: unknown, key: string) =>
  key === "cells" && typeof cell === "string" && /^(\d+[smh])+$|^<unknown>$|^<invalid>$/.test(cell);

function byManager(one: Record<string, string>, other: Record<string, string>): number {
  const rank = (entry: Record<string, string>) =>
    [entry.operation, entry.manager, entry.apiVersion, entry.subresource ?? ""].join(" ");
  return rank(one) < rank(other) ? -1 : 1;
}
