import type { Clock } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";
import type { IssuedToken, KubeletApi } from "../api.ts";

interface Held extends IssuedToken {
  readonly refreshAtMs: number;
}

const DAY_MS = 86_400_000;
const LIFETIME_SECONDS_DEFAULT = 3600;

/** Service account tokens of pods, asked for once and again when four fifths of their life are over. */
export class TokenManager {
  readonly #clock: Clock;
  readonly #api: KubeletApi;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, api: KubeletApi) {
    this.#clock = clock;
    this.#api = api;
  }

  async token(
    pod: Pod,
    source: { readonly audience?: string; readonly expirationSeconds?: number },
    signal: AbortSignal,
  ): Promise<string> {
    const { audience, expirationSeconds = LIFETIME_SECONDS_DEFAULT } = source;
    const key = `${pod.metadata.uid}/${audience ?? ""}/${expirationSeconds}`;
    const held = this.#held.get(key);
    if (held && this.#clock.now() < held.refreshAtMs) return held.token;
    try {
      const issued = await this.#api.createToken(
        {
          namespace: pod.metadata.namespace,
          serviceAccount: pod.spec.serviceAccountName || "default",
          audiences: audience ? [audience] : [],
          expirationSeconds,
          pod: { name: pod.metadata.name, uid: pod.metadata.uid },
        },
        signal,
      );
      const lifetimeMs = issued.expiresAtMs - this.#clock.now();
      const refreshAtMs = this.#clock.now() + Math.min(lifetimeMs * 0.8, DAY_MS);
      this.#held.set(key, { ...issued, refreshAtMs });
      return issued.token;
    } catch (error) {
      // An old token that still counts beats none.
      if (held && this.#clock.now() < held.expiresAtMs) return held.token;
      throw error;
    }
  }

  /** When the first token of the pod is due again; undefined when it has none. */
  refreshAtMs(podUid: string): number | undefined {
    let first: number | undefined;
    for (const [key, held] of this.#held)
      if (key.startsWith(`${podUid}/`)) first = Math.min(first ?? held.refreshAtMs, held.refreshAtMs);
    return first;
  }

  forget(podUid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${podUid}/`)) this.#held.delete(key);
  }
}
