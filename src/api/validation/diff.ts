/**
 * The difference of two texts by lines, as messages of Kubernetes show it: the longest common blocks stay, three lines around
 * each change are shown.
 */
const CONTEXT_LINES = 3;
/** In long texts, lines that are everywhere say nothing about what belongs together. */
const LONG_TEXT_LINES = 200;

interface Range {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

interface Change extends Range {
  readonly equal: boolean;
}

/** Hunks in unified form, without a header; empty when the texts are equal. */
export function unifiedDiff(before: string, after: string): string {
  const a = before.split("\n");
  const b = after.split("\n");
  return hunksOf(changesOf(a, b))
    .map((hunk) => formatHunk(hunk, a, b))
    .join("");
}

function changesOf(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let atA = 0;
  let atB = 0;
  const end: Range = { fromA: a.length, toA: a.length, fromB: b.length, toB: b.length };
  for (const block of [...commonBlocks(a, b), end]) {
    if (atA < block.fromA || atB < block.fromB)
      changes.push({ equal: false, fromA: atA, toA: block.fromA, fromB: atB, toB: block.fromB });
    if (block.toA > block.fromA) changes.push({ equal: true, ...block });
    atA = block.toA;
    atB = block.toB;
  }
  return changes;
}

/** Blocks of equal lines, in order: the longest first, then what is before and after it. */
function commonBlocks(a: readonly string[], b: readonly string[]): Range[] {
  const places = placesOf(b);
  const blocks: Range[] = [];
  const open: Range[] = [{ fromA: 0, toA: a.length, fromB: 0, toB: b.length }];
  for (let range = open.pop(); range; range = open.pop()) {
    const block = longestBlock(a, b, { range, places });
    if (block.toA === block.fromA) continue;
    blocks.push(block);
    open.push({ ...range, toA: block.fromA, toB: block.fromB }, { ...range, fromA: block.toA, fromB: block.toB });
  }
  return joined(blocks.sort((x, y) => x.fromA - y.fromA || x.fromB - y.fromB));
}

/** Blocks that touch are one. */
function joined(blocks: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const block of blocks) {
    const last = result.at(-1);
    if (last && last.toA === block.fromA && last.toB === block.fromB)
      result[result.length - 1] = { ...last, toA: block.toA, toB: block.toB };
    else result.push(block);
  }
  return result;
}

function placesOf(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const known = places.get(line);
    if (known) known.push(index);
    else places.set(line, [index]);
  });
  if (lines.length < LONG_TEXT_LINES) return places;
  const most = Math.floor(lines.length / 100) + 1;
  for (const [line, indices] of places) if (indices.length > most) places.delete(line);
  return places;
}

function longestBlock(
  a: readonly string[],
  b: readonly string[],
  { range, places }: { range: Range; places: ReadonlyMap<string, readonly number[]> },
): Range {
  let best = { a: range.fromA, b: range.fromB, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = range.fromA; i < range.toA; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i]!) ?? []) {
      if (j < range.fromB) continue;
      if (j >= range.toB) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  // Lines that say nothing still belong to the block that they touch.
  let { a: fromA, b: fromB } = best;
  let toA = fromA + best.size;
  let toB = fromB + best.size;
  while (fromA > range.fromA && fromB > range.fromB && a[fromA - 1] === b[fromB - 1]) {
    fromA--;
    fromB--;
  }
  while (toA < range.toA && toB < range.toB && a[toA] === b[toB]) {
    toA++;
    toB++;
  }
  return { fromA, toA, fromB, toB };
}

/** Changes in groups, each with some equal lines around it. */
function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  let hunk: Change[] = [];
  changes.forEach((change, index) => {
    if (!change.equal) {
      hunk.push(change);
      return;
    }
    const size = change.toA - change.fromA;
    const first = index === 0;
    const last = index === changes.length - 1;
    if (!first && !last && size <= 2 * CONTEXT_LINES) {
      hunk.push(change);
      return;
    }
    if (!first) {
      hunk.push(headOf(change));
      hunks.push(hunk);
    }
    hunk = last ? [] : [tailOf(change)];
  });
  if (hunk.some(({ equal }) => !equal)) hunks.push(hunk);
  return hunks;
}

function headOf(change: Change): Change {
  const toA = Math.min(change.toA, change.fromA + CONTEXT_LINES);
  return { ...change, toA, toB: change.fromB + (toA - change.fromA) };
}

function tailOf(change: Change): Change {
  const fromA = Math.max(change.fromA, change.toA - CONTEXT_LINES);
  return { ...change, fromA, fromB: change.toB - (change.toA - fromA) };
}

function formatHunk(hunk: readonly Change[], a: readonly string[], b: readonly string[]): string {
  const first = hunk[0]!;
  const last = hunk.at(-1)!;
  const lines = hunk.flatMap(({ equal, fromA, toA, fromB, toB }) =>
    equal
      ? a.slice(fromA, toA).map((line) => ` ${line}`)
      : [...a.slice(fromA, toA).map((line) => `-${line}`), ...b.slice(fromB, toB).map((line) => `+${line}`)],
  );
  const head = `@@ -${formatRange(first.fromA, last.toA)} +${formatRange(first.fromB, last.toB)} @@`;
  return [head, ...lines].map((line) => `${line}\n`).join("");
}

function formatRange(from: number, to: number): string {
  const count = to - from;
  if (count === 1) return String(from + 1);
  return `${count === 0 ? from : from + 1},${count}`;
}
