import { jsonEqual } from "../../base/index.ts";
import type { AdmissionRequest } from "../contracts.ts";

/** Something that users configure to change objects. */
export interface Changer {
  readonly key: string;
  /** Whether it wants to see once more what others changed after it. */
  readonly isAskedAgain: boolean;
  /** Whether it has changed the object. */
  readonly change: () => Promise<boolean>;
}

interface FirstRound {
  /** Those to be asked again if anything changes. */
  readonly asked: Set<string>;
  /** Those to be asked again. */
  readonly due: Set<string>;
  /** What they made of the object all together. */
  readonly output: unknown;
}

/** Asks all in a request's first round through admission, and in its second those that want it and missed something. */
export class Rounds {
  /** Of requests for which anybody was asked. */
  readonly #first = new WeakMap<AdmissionRequest, FirstRound>();

  /** Whether another round is to follow. */
  async ask(request: AdmissionRequest, changers: readonly Changer[]): Promise<boolean> {
    if (changers.length === 0) return false;
    const asked = new Set<string>();
    const due = new Set<string>();
    let isChanged = false;
    for (const { key, isAskedAgain, change } of changers) {
      if (await change()) {
        isChanged = true;
        for (const earlier of asked) due.add(earlier);
      }
      if (isAskedAgain) asked.add(key);
    }
    if (asked.size > 0) this.#first.set(request, { asked, due, output: structuredClone(request.object) });
    return isChanged;
  }

  /** Only those that were asked before: what is concerned only now was not. */
  async askAgain(request: AdmissionRequest, changers: () => Promise<readonly Changer[]>): Promise<void> {
    const first = this.#first.get(request);
    if (!first) return;
    // Whatever has changed the object since, they haven't seen it.
    const wanted = jsonEqual(first.output, request.object) ? first.due : first.asked;
    if (wanted.size === 0) return;
    for (const { key, change } of await changers()) if (wanted.has(key)) await change();
  }
}
