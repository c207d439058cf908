import type { Clock } from "../../base/index.ts";
import type { ApiRequest } from "../../net/index.ts";
import { userOfCertificate } from "../../pki/index.ts";
import type { Caller, KubeletApi } from "../api.ts";

const TOKEN_MS = 120_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
/** Answers kept of each sort; the oldest go first. */
const CACHED_MAX = 1000;

interface Cached<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** Asks the API server who calls and whether they may; remembers its answers for a while. */
export class Gatekeeper {
  readonly #api: KubeletApi;
  readonly #clock: Clock;
  readonly #nodeName: string;
  readonly #tokens = new Map<string, Cached<Caller | undefined>>();
  readonly #decisions = new Map<string, Cached<boolean>>();

  constructor(options: { readonly api: KubeletApi; readonly clock: Clock; readonly nodeName: string }) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#nodeName = options.nodeName;
  }

  /** Who sends the request: the in-process caller, the client certificate's subject, or what its token stands for. */
  async authenticate({ peer, headers, signal }: ApiRequest): Promise<Caller | undefined> {
    if (peer.identity) return peer.identity;
    const fromCertificate = peer.certificate && userOfCertificate(peer.certificate);
    if (fromCertificate) return fromCertificate;
    const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
    if (token === undefined) return undefined;
    const cached = this.#recall(this.#tokens, token);
    if (cached) return cached.value;
    const value = await this.#api.reviewToken(token, signal);
    this.#remember(this.#tokens, token, { value, untilMs: this.#clock.now() + TOKEN_MS });
    return value;
  }

  /** Whether the caller may do this on the node: any of the subresources suffices. */
  async mayDo(caller: Caller, verb: string, subresources: readonly string[], signal: AbortSignal): Promise<boolean> {
    for (const subresource of subresources) if (await this.#ask(caller, verb, subresource, signal)) return true;
    return false;
  }

  async #ask(caller: Caller, verb: string, subresource: string, signal: AbortSignal): Promise<boolean> {
    const key = JSON.stringify([caller.name, caller.uid, caller.groups, verb, subresource]);
    const cached = this.#recall(this.#decisions, key);
    if (cached) return cached.value;
    const { name: user, groups, uid } = caller;
    const question = { user, groups, verb, subresource, nodeName: this.#nodeName, ...(uid ? { uid } : {}) };
    const value = await this.#api.reviewAccess(question, signal);
    const untilMs = this.#clock.now() + (value ? ALLOWED_MS : DENIED_MS);
    this.#remember(this.#decisions, key, { value, untilMs });
    return value;
  }

  #recall<T>(cache: Map<string, Cached<T>>, key: string): Cached<T> | undefined {
    const cached = cache.get(key);
    return cached && cached.untilMs > this.#clock.now() ? cached : undefined;
  }

  #remember<T>(cache: Map<string, Cached<T>>, key: string, value: Cached<T>): void {
    cache.delete(key);
    cache.set(key, value);
    if (cache.size > CACHED_MAX) cache.delete(cache.keys().next().value!);
  }
}

/** What a request means for authorization: its verb, and the node's subresources of which one has to be allowed. */
export function accessOf(
  method: string,
  path: string,
): { readonly verb: string; readonly subresources: readonly string[] } {
  const verb = { POST: "create", GET: "get", PUT: "update", PATCH: "patch", DELETE: "delete" }[method] ?? "get";
  const [, first = ""] = path.split("/");
  if (first === "stats") return { verb, subresources: ["stats"] };
  if (first === "metrics") return { verb, subresources: ["metrics"] };
  if (first === "logs") return { verb, subresources: ["log"] };
  if (first === "healthz") return { verb, subresources: ["healthz", "proxy"] };
  if (first === "pods" || first === "runningpods") return { verb, subresources: ["pods", "proxy"] };
  if (first === "configz") return { verb, subresources: ["configz", "proxy"] };
  return { verb, subresources: ["proxy"] };
}
