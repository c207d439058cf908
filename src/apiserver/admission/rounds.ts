import { jsonEqual } from "../../base/index.ts";
import type { AdmissionRequest } from "../contracts.ts";

/** Something that users configure to change objects. */
export interface Changer {
  readonly key: string;
  /** Whether it wants to see once more what others changed after it. */
  readonly isAskedAgain: boolean;
  /** Whether it is concerned, which is looked at in each round even of those that are not asked again. */
  readonly isConcerned?: () => Promise<boolean>;
  /** Whether it has changed the object. */
  readonly change: () => Promise<boolean>;
}

interface State {
  /** Those that want to be asked again if anything changes. */
  readonly asked: Set<string>;
  /** Those to be asked again, since something has. */
  readonly due: Set<string>;
  /** What they made of the object all together. */
  output: unknown;
}

/** Asks all in a request's first round through admission, and in its second those that want it and missed something. */
export class Rounds {
  /** Of requests for which anybody was asked. */
  readonly #states = new WeakMap<AdmissionRequest, State>();

  /** Whether another round is to follow; `settle` brings what they have made to the request. */
  async ask(request: AdmissionRequest, changers: readonly Changer[], settle?: () => Promise<void>): Promise<boolean> {
    if (changers.length === 0) return false;
    const state: State = { asked: new Set(), due: new Set(), output: undefined };
    let isChanged = false;
    for (const changer of changers) if (await askOne(state, changer)) isChanged = true;
    await settle?.();
    if (state.asked.size + state.due.size > 0) {
      state.output = structuredClone(request.object);
      this.#states.set(request, state);
    }
    return isChanged;
  }

  /** Only those that were asked before: what is concerned only now was not. What they change others may have to see. */
  async askAgain(
    request: AdmissionRequest,
    changers: () => Promise<readonly Changer[]>,
    settle?: () => Promise<void>,
  ): Promise<void> {
    const state = this.#states.get(request);
    if (!state) return;
    // Whatever has changed the object since, they haven't seen it.
    if (!jsonEqual(state.output, request.object)) repeat(state);
    for (const changer of await changers()) await askOne(state, changer, state.due);
    await settle?.();
  }
}

/** Whether it has changed the object. */
async function askOne(
  state: State,
  { key, isAskedAgain, isConcerned, change }: Changer,
  due?: ReadonlySet<string>,
): Promise<boolean> {
  if (isConcerned && !(await isConcerned())) return false;
  if (due && !due.has(key)) return false;
  const isChanged = await change();
  if (isChanged) repeat(state);
  if (isAskedAgain) state.asked.add(key);
  return isChanged;
}

function repeat({ asked, due }: State): void {
  for (const key of asked) due.add(key);
  asked.clear();
}
