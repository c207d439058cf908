/** The condition of a type. */
export function conditionOf<T extends { readonly type: string }>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Since when a condition has its status: since the one before it got it, or now. */
export function transitionTime(
  before: { readonly status: string; readonly lastTransitionTime?: string | null } | undefined,
  status: string,
  now: string,
): string {
  return (before?.status === status ? before.lastTransitionTime : undefined) ?? now;
}
