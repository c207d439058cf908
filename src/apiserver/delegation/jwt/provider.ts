import { Buffer } from "node:buffer";
import { type Clock, type Log, messageOf, type Scope } from "../../../base/index.ts";
import { createHttpClient, makeRequest, readBody } from "../../../net/index.ts";
import { type IssuerKey, isSignedBy, keysOf } from "./signatures.ts";

export interface ProviderOptions {
  /** The issuer as its tokens name it. */
  readonly issuer: string;
  /** Where its configuration is; default below the issuer's address. */
  readonly discoveryUrl?: string;
  /** Who signs its server's certificate (PEM); default whom the system trusts. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly scope: Scope;
  readonly log: Log;
}

const WELL_KNOWN = "/.well-known/openid-configuration";
const RETRY_MS = 10_000;
const TIMEOUT_MS = 30_000;
const BODY_BYTES_MAX = 1024 * 1024;
/** Tokens with keys that nobody knows must not make us ask for keys all the time. */
const REFRESH_EVERY_MS = 1000;

export interface Signed {
  readonly algorithm: string;
  readonly keyId: string;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/** An OpenID provider: finds its keys, and fetches them anew when a token names one that isn't known. */
export class Provider {
  readonly #options: ProviderOptions;
  #keysUrl: string | undefined;
  #keys: readonly IssuerKey[] = [];
  #fetching: Promise<void> | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #problem = "oidc: authenticator not initialized";

  constructor(options: ProviderOptions) {
    this.#options = options;
    options.scope.spawn("OpenID provider", (signal) => this.#discover(signal));
  }

  /** Why no token can be checked yet; undefined once one can. */
  get problem(): string | undefined {
    return this.#keysUrl === undefined ? this.#problem : undefined;
  }

  /** Whether one of the provider's keys made a signature. */
  async hasSigned(signed: Signed): Promise<boolean> {
    if (this.#isKnown(signed)) return true;
    await this.#refresh();
    return this.#isKnown(signed);
  }

  #isKnown({ keyId, ...signed }: Signed): boolean {
    return this.#keys.some((one) => (keyId === "" || one.keyId === keyId) && isSignedBy(one.key, signed));
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const { issuer, clock, log } = this.#options;
    for (;;) {
      try {
        this.#keysUrl = await this.#findKeys();
        return;
      } catch (error) {
        this.#problem = `oidc: authenticator for issuer ${JSON.stringify(issuer)} is not healthy: ${messageOf(error)}`;
        log.error("OpenID provider can't be asked", { issuer, error });
      }
      await clock.sleep(RETRY_MS, signal);
    }
  }

  async #findKeys(): Promise<string> {
    const { issuer, discoveryUrl } = this.#options;
    const told = (await this.#fetch(discoveryUrl ?? issuer.replace(/\/$/, "") + WELL_KNOWN)) as {
      readonly issuer?: unknown;
      readonly jwks_uri?: unknown;
    };
    if (told.issuer !== issuer)
      throw new Error(
        `oidc: issuer did not match the issuer returned by provider, expected "${issuer}" got "${told.issuer}"`,
      );
    if (typeof told.jwks_uri !== "string") throw new Error("oidc: provider names no keys");
    return told.jwks_uri;
  }

  /** Those who come while keys are being fetched wait for the same keys. */
  #refresh(): Promise<void> {
    const { clock } = this.#options;
    if (this.#fetching) return this.#fetching;
    if (clock.monotonicMs() - this.#fetchedAtMs < REFRESH_EVERY_MS) return Promise.resolve();
    this.#fetching = (async () => {
      try {
        this.#keys = keysOf(await this.#fetch(this.#keysUrl!));
      } finally {
        this.#fetchedAtMs = clock.monotonicMs();
        this.#fetching = undefined;
      }
    })();
    return this.#fetching;
  }

  async #fetch(address: string): Promise<unknown> {
    const { ca, clock } = this.#options;
    const { origin, pathname, search, protocol } = new URL(address);
    if (protocol !== "https:") throw new Error(`fetch ${address}: wanted https`);
    const client = createHttpClient({ server: origin, clock, tls: ca === undefined ? {} : { ca } });
    const late = new AbortController();
    const timer = clock.timer(TIMEOUT_MS, () => late.abort(new Error(`fetch ${address}: no answer in time`)));
    try {
      const request = makeRequest({ method: "GET", path: pathname, query: search.slice(1), signal: late.signal });
      const response = await client.handle(request);
      const text = Buffer.from(await readBody(response, BODY_BYTES_MAX)).toString();
      if (response.status !== 200) throw new Error(`fetch ${address}: got status ${response.status}`);
      return JSON.parse(text);
    } finally {
      timer.cancel();
      client.close();
    }
  }
}
