/** What is wrong with a text of indexes; otherwise how many there are. */
export type IndexCount = { readonly count: number } | { readonly problem: string };

/** Counts indexes such as "0,2-4": ordered, and each less than the number of completions. */
export function countIndexes(text: string, completions: number): IndexCount {
  let count = 0;
  let last = -1;
  for (const interval of text === "" ? [] : text.split(",")) {
    const limits = interval.split("-");
    if (limits.length > 2) {
      const quoted = JSON.stringify(interval);
      return {
        problem: `the fragment ${quoted} violates the requirement that an index interval can have at most two parts separated by '-'`,
      };
    }
    for (const [position, limit] of limits.entries()) {
      const index = Number(limit);
      if (!/^[-+]?\d+$/.test(limit))
        return { problem: `cannot convert string to integer for index: ${JSON.stringify(limit)}` };
      if (index >= completions) return { problem: `too large index: ${JSON.stringify(limit)}` };
      if (last >= index) return { problem: `non-increasing order, previous: ${last}, current: ${index}` };
      count += position === 0 ? 1 : index - last;
      last = index;
    }
  }
  return { count };
}

/** The first index that two texts share; undefined when there is none. */
export function sharedIndex(first: string, second: string): number | undefined {
  const ranges = intervals(first);
  const overlaps = intervals(second).flatMap(([from, to]) =>
    ranges.filter(([start, end]) => start <= to && from <= end).map(([start]) => Math.max(start, from)),
  );
  return overlaps.length > 0 ? Math.min(...overlaps) : undefined;
}

function intervals(text: string): [number, number][] {
  return (text === "" ? [] : text.split(",")).map((interval) => {
    const [from, to = from] = interval.split("-").map(Number) as [number, number?];
    return [from, to];
  });
}
