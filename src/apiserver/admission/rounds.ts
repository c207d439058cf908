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
  readonly #first = new WeakMap<AdmissionRequest, FirstRound>();

  /** Whether another round is to follow. */
  async ask(request: AdmissionRequest, changers: readonly Changer[]): Promise<boolean> {
    const first = this.#first.get(request);
    if (first) {
      await askAgain(request, changers, first);
      return false;
    }
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
    const output = asked.size > 0 ? structuredClone(request.object) : undefined;
    this.#first.set(request, { asked, due, output });
    return isChanged;
  }
}

async function askAgain(
  { object }: AdmissionRequest,
  changers: readonly Changer[],
  { asked, due, output }: FirstRound,
): Promise<void> {
  // Whatever has changed the object since, they haven't seen it.
  const wanted = asked.size > 0 && !jsonEqual(output, object) ? asked : due;
  for (const { key, change } of changers) if (wanted.has(key)) await change();
}
