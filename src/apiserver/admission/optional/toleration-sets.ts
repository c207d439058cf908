import { jsonEqual } from "../../../base/index.ts";
import type { Pod } from "../../../api/index.ts";

export type Toleration = NonNullable<Pod["spec"]["tolerations"]>[number];

/** Whether what one tolerates, the other one does, too. */
export function includesToleration(wide: Toleration, narrow: Toleration): boolean {
  if (jsonEqual(wide, narrow)) return true;
  if ((wide.key ?? "") !== (narrow.key ?? "") && (wide.key || wide.operator !== "Exists")) return false;
  if (wide.effect && wide.effect !== narrow.effect) return false;
  if (wide.effect === "NoExecute" && !lastsAsLong(wide, narrow)) return false;
  if (wide.operator === "Exists") return true;
  // To leave the operator out means Equal, and still isn't the same here.
  return (wide.operator ?? "") === (narrow.operator ?? "") && (wide.value ?? "") === (narrow.value ?? "");
}

function lastsAsLong({ tolerationSeconds: wide }: Toleration, { tolerationSeconds: narrow }: Toleration): boolean {
  return wide === undefined || (narrow !== undefined && Number(narrow) <= Number(wide));
}

/** Both lists in one, without what others in it include. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, one] of all.entries()) {
    const isIncluded =
      merged.some((kept) => includesToleration(kept, one)) ||
      // Of two that say the same the first one stays.
      all.slice(index + 1).some((later) => !jsonEqual(later, one) && includesToleration(later, one));
    if (!isIncluded) merged.push(one);
  }
  return merged;
}
