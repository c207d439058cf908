import { type Plugin, SCORE_MAX } from "../framework.ts";
import { placementOf } from "../node-info.ts";
import type { Resources } from "../resources.ts";

export interface BalancedAllocationArgs {
  readonly resources?: readonly { readonly name: string }[];
}

/** Nodes whose resources come to be used to a more equal degree by the pod are better. */
export function balancedAllocation({ resources }: BalancedAllocationArgs = {}): Plugin {
  const names = resources?.map(({ name }) => name) ?? ["cpu", "memory"];
  return {
    name: "NodeResourcesBalancedAllocation",
    events: [],
    weight: 1,
    prepare(pod) {
      const { requests } = placementOf(pod);
      return { skipScore: !names.some((name) => (requests.get(name) ?? 0) > 0) };
    },
    score(pod, { requested, allocatable }) {
      const { requests } = placementOf(pod);
      const gain = balance(names, allocatable, requested, requests) - balance(names, allocatable, requested, NOTHING);
      return SCORE_MAX / 2 + Math.trunc((SCORE_MAX / 2 + gain) / 2);
    },
  };
}

const NOTHING: Resources = new Map();

/** 100 when all are used to the same degree, less by the standard deviation of the used parts. Called for every node. */
function balance(names: readonly string[], allocatable: Resources, used: Resources, added: Resources): number {
  const parts: number[] = [];
  let sum = 0;
  for (const name of names) {
    const capacity = allocatable.get(name) ?? 0;
    if (capacity === 0) continue;
    const part = Math.min(1, ((used.get(name) ?? 0) + (added.get(name) ?? 0)) / capacity);
    parts.push(part);
    sum += part;
  }
  return Math.trunc((1 - deviation(parts, sum / parts.length)) * SCORE_MAX);
}

function deviation(parts: readonly number[], mean: number): number {
  if (parts.length < 2) return 0;
  if (parts.length === 2) return Math.abs((parts[0]! - parts[1]!) / 2);
  let squares = 0;
  for (const part of parts) squares += (part - mean) ** 2;
  return Math.sqrt(squares / parts.length);
}
