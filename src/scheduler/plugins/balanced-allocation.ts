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
      const before = names.map((name) => requested.get(name) ?? 0);
      const after = names.map((name, index) => before[index]! + (requests.get(name) ?? 0));
      const gain = balance(names, allocatable, after) - balance(names, allocatable, before);
      return SCORE_MAX / 2 + Math.trunc((SCORE_MAX / 2 + gain) / 2);
    },
  };
}

/** 100 when all are used to the same degree, less by the standard deviation of the used parts. */
function balance(names: readonly string[], allocatable: Resources, used: readonly number[]): number {
  const parts = names.flatMap((name, index) => {
    const capacity = allocatable.get(name) ?? 0;
    return capacity === 0 ? [] : [Math.min(1, used[index]! / capacity)];
  });
  return Math.trunc((1 - deviation(parts)) * SCORE_MAX);
}

function deviation(parts: readonly number[]): number {
  if (parts.length < 2) return 0;
  if (parts.length === 2) return Math.abs((parts[0]! - parts[1]!) / 2);
  const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  return Math.sqrt(parts.reduce((sum, part) => sum + (part - mean) ** 2, 0) / parts.length);
}
