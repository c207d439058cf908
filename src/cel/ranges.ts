/** The least and the most of something that is not known yet: a cost, or the size of a value. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Nothing is counted beyond. */
export const COUNT_MAX = 2 ** 64;

export const UNKNOWN: Range = { min: 0, max: COUNT_MAX };
export const exactly = (count: number): Range => ({ min: count, max: count });

const capped = (count: number): number => Math.min(count, COUNT_MAX);

export function plus(...ranges: readonly Range[]): Range {
  return ranges.reduce((sum, { min, max }) => ({ min: capped(sum.min + min), max: capped(sum.max + max) }), exactly(0));
}

export function times(a: Range, b: Range): Range {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

/** Part of a range, in whole units. */
export function scaled({ min, max }: Range, factor: number): Range {
  return { min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) };
}

/** One or the other. */
export function either(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
