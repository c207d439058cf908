/**
 * How messages show what changed between two values: a unified diff of their JSON, a line per value. Which lines pair up
 * follows the classic matching of longest common blocks, so that the text is the same as Kubernetes'.
 */

const CONTEXT_LINES = 3;
const POPULAR_FROM_LINES = 200;

/** A unified diff of two values' JSON; "" when they are the same. */
export function jsonDiff(before: unknown, after: unknown): string {
  return lineDiff(linesOf(before), linesOf(after));
}

function linesOf(value: unknown): string[] {
  return JSON.stringify(value, undefined, 1).split("\n");
}

/** A stretch of lines that is the same in both. */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Span {
  readonly aLow: number;
  readonly aHigh: number;
  readonly bLow: number;
  readonly bHigh: number;
}

/** One step from a to b: the lines of a that go, those of b that come; equal when they are the same. */
interface Step extends Span {
  readonly equal: boolean;
}

function lineDiff(a: readonly string[], b: readonly string[]): string {
  return hunks(steps(a, b))
    .map((hunk) => hunkText(hunk, a, b))
    .join("");
}

function hunkText(hunk: readonly Step[], a: readonly string[], b: readonly string[]): string {
  const first = hunk[0]!;
  const last = hunk.at(-1)!;
  const lines = hunk.flatMap(({ equal, aLow, aHigh, bLow, bHigh }) =>
    equal
      ? a.slice(aLow, aHigh).map((line) => ` ${line}`)
      : [...a.slice(aLow, aHigh).map((line) => `-${line}`), ...b.slice(bLow, bHigh).map((line) => `+${line}`)],
  );
  const header = `@@ -${rangeText(first.aLow, last.aHigh)} +${rangeText(first.bLow, last.bHigh)} @@`;
  return [header, ...lines].map((line) => `${line}\n`).join("");
}

function rangeText(low: number, high: number): string {
  const length = high - low;
  if (length === 1) return String(low + 1);
  return `${length === 0 ? low : low + 1},${length}`;
}

/** The steps that change something, with a few equal lines around; far apart ones in hunks of their own. */
function hunks(all: readonly Step[]): Step[][] {
  const result: Step[][] = [];
  let hunk: Step[] = [];
  const close = () => {
    if (hunk.some(({ equal }) => !equal)) result.push(hunk);
    hunk = [];
  };
  all.forEach((step, index) => {
    if (!step.equal) return hunk.push(step);
    const isFirst = index === 0;
    const isLast = index === all.length - 1;
    const lines = step.aHigh - step.aLow;
    if (!isFirst && !isLast && lines <= 2 * CONTEXT_LINES) return hunk.push(step);
    const kept = Math.min(CONTEXT_LINES, lines);
    if (!isFirst) hunk.push({ ...step, aHigh: step.aLow + kept, bHigh: step.bLow + kept });
    close();
    if (!isLast) hunk.push({ ...step, aLow: step.aHigh - kept, bLow: step.bHigh - kept });
    return undefined;
  });
  close();
  return result;
}

function steps(a: readonly string[], b: readonly string[]): Step[] {
  const result: Step[] = [];
  let at = { a: 0, b: 0 };
  for (const block of [...matchingBlocks(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (at.a < block.a || at.b < block.b)
      result.push({ equal: false, aLow: at.a, aHigh: block.a, bLow: at.b, bHigh: block.b });
    at = { a: block.a + block.size, b: block.b + block.size };
    if (block.size > 0) result.push({ equal: true, aLow: block.a, aHigh: at.a, bLow: block.b, bHigh: at.b });
  }
  return result;
}

/** The longest common block, then those before and after it in the same way; neighbours joined. */
function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const places = placesOf(b);
  const blocks: Block[] = [];
  const open: Span[] = [{ aLow: 0, aHigh: a.length, bLow: 0, bHigh: b.length }];
  for (let span = open.pop(); span; span = open.pop()) {
    const block = longestMatch({ a, b, places }, span);
    if (block.size === 0) continue;
    blocks.push(block);
    open.push({ ...span, aHigh: block.a, bHigh: block.b });
    open.push({ ...span, aLow: block.a + block.size, bLow: block.b + block.size });
  }
  return joined(blocks.sort((one, other) => one.a - other.a));
}

function joined(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  for (const block of blocks) {
    const last = result.at(-1);
    if (last && last.a + last.size === block.a && last.b + last.size === block.b)
      result[result.length - 1] = { ...last, size: last.size + block.size };
    else result.push(block);
  }
  return result;
}

/** Where each line of b is. In long texts, lines that are everywhere (such as "}") don't start a match. */
function placesOf(b: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  b.forEach((line, index) => {
    const list = places.get(line);
    if (list) list.push(index);
    else places.set(line, [index]);
  });
  if (b.length >= POPULAR_FROM_LINES) {
    const most = Math.floor(b.length / 100) + 1;
    for (const [line, list] of places) if (list.length > most) places.delete(line);
  }
  return places;
}

interface Texts {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly places: ReadonlyMap<string, readonly number[]>;
}

function longestMatch({ a, b, places }: Texts, { aLow, aHigh, bLow, bHigh }: Span): Block {
  let best: Block = { a: aLow, b: bLow, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i]!) ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  return extended({ a, b, places }, best, { aLow, aHigh, bLow, bHigh });
}

/** A match with the equal lines around it that don't start one. */
function extended({ a, b }: Texts, block: Block, { aLow, aHigh, bLow, bHigh }: Span): Block {
  let { a: start, b: other, size } = block;
  while (start > aLow && other > bLow && a[start - 1] === b[other - 1]) {
    start--;
    other--;
    size++;
  }
  while (start + size < aHigh && other + size < bHigh && a[start + size] === b[other + size]) size++;
  return { a: start, b: other, size };
}
