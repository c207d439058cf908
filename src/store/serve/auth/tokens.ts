import { type Clock, cryptoRandom, type Random } from "../../../base/index.ts";

/** A token that is not used for so long is none any more. */
const TTL_MS = 300_000;
/** More at a time: the one that was made first goes. */
const TOKENS_MAX = 10_000;

/** Words that stand for a user who has shown a password; they do not outlive the process. */
export class Tokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #tokens = new Map<string, { readonly name: string; untilMs: number }>();

  constructor(clock: Clock, random: Random = cryptoRandom()) {
    this.#clock = clock;
    this.#random = random;
  }

  make(name: string): string {
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= TOKENS_MAX) this.#tokens.delete(oldest!);
    const token = this.#random.uuid();
    this.#tokens.set(token, { name, untilMs: this.#clock.monotonicMs() + TTL_MS });
    return token;
  }

  /** Whose it is; undefined for one that is not known, or no longer. Using it starts its time anew. */
  userOf(token: string): string | undefined {
    const found = this.#tokens.get(token);
    if (!found) return undefined;
    const now = this.#clock.monotonicMs();
    if (now > found.untilMs) {
      this.#tokens.delete(token);
      return undefined;
    }
    found.untilMs = now + TTL_MS;
    return found.name;
  }

  /** Ends those of a user, or all. */
  end(name?: string): void {
    for (const [token, { name: holder }] of this.#tokens)
      if (name === undefined || holder === name) this.#tokens.delete(token);
  }
}
