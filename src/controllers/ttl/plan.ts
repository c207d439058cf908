/** How long kubelets may keep secrets and config maps, by the number of nodes; sizes overlap so that it doesn't flap. */
const STEPS = [
  { fewest: 0, most: 100, seconds: 0 },
  { fewest: 90, most: 500, seconds: 15 },
  { fewest: 450, most: 1000, seconds: 30 },
  { fewest: 900, most: 2000, seconds: 60 },
  { fewest: 1800, most: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

/** The step to be on, starting from the one that we are on. */
export function ttlStep(nodes: number, step: number): number {
  let next = step;
  while (next + 1 < STEPS.length && nodes > STEPS[next]!.most) next++;
  while (next > 0 && nodes < STEPS[next]!.fewest) next--;
  return next;
}

export function ttlSeconds(step: number): number {
  return STEPS[step]!.seconds;
}
