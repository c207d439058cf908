import { COUNT_MAX, exactly, plus, type Range, scaled, times } from "./ranges.ts";
import type { Overload } from "./signature.ts";
import type { Type } from "./types.ts";

/** An argument of a call as far as it matters to what the call may cost. */
export interface SizedNode {
  readonly type: Type;
  /** Set when it is spelled out. */
  readonly literal: unknown;
  readonly size: () => Range;
  /** Of one element of a list. */
  readonly elementSize: () => Range;
}

export interface CallEstimate {
  readonly cost: Range;
  /** Of the result, where more than its type is known of it. */
  readonly size?: Range;
}

type Estimate = (args: readonly SizedNode[], overload: Overload) => CallEstimate | undefined;

/** Going over a text costs this much per character. */
const TRAVERSAL = 0.1;
/** A pattern has at most so many parts per character. */
const PATTERN = 0.25;
/** Making a list. */
export const LIST_COST = 10;
const CHECK_COST = 350_000;
/** The longest pattern of a named format. */
const FORMAT_PATTERN_LENGTH = 128;
const ADDRESS_BYTES: Range = { min: 4, max: 16 };

/** What a call itself may cost, without its arguments. */
export function estimateCall(overload: Overload, args: readonly SizedNode[]): CallEstimate {
  const { name } = overload;
  return (Object.hasOwn(ESTIMATES, name) ? ESTIMATES[name]?.(args, overload) : undefined) ?? { cost: exactly(1) };
}

const isText = ({ name }: Type): boolean => name === "string" || name === "bytes";
const sizes = (args: readonly SizedNode[]): Range[] => args.map((one) => one.size());

const traversed =
  (index: number, factor = TRAVERSAL) =>
  (args: readonly SizedNode[]): CallEstimate => ({ cost: scaled(args[index]!.size(), factor) });

/** The result is no longer than what it is made of. */
const reshaped: Estimate = ([text]) => ({ cost: scaled(text!.size(), TRAVERSAL), size: text!.size() });

/** Comparing ends with the shorter one. */
function compared(args: readonly SizedNode[]): CallEstimate {
  const max = Math.min(...sizes(args).map((size) => size.max));
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) };
}

const ordered: Estimate = (args, { params: [first] }) => (isText(first!) ? compared(args) : undefined);

function matched([text, pattern]: readonly SizedNode[]): CallEstimate {
  return { cost: times(scaled(plus(text!.size(), exactly(1)), TRAVERSAL), scaled(pattern!.size(), PATTERN)) };
}

const found: Estimate = (args) => ({ ...matched(args), size: args[0]!.size() });

/** One comparison for each element, longer ones for texts. */
const eachElement: Estimate = ([list], { params: [first] }) => {
  if (first!.kind !== "list") return { cost: scaled(list!.size(), TRAVERSAL) };
  const element = list!.type.parts[0];
  const comparison = element && isText(element) ? scaled(list!.elementSize(), TRAVERSAL) : exactly(0);
  return { cost: times(list!.size(), plus(exactly(1), comparison)) };
};

const eachPair: Estimate = ([list]) => ({ cost: times(list!.size(), list!.size()), size: list!.size() });
const wholeList: Estimate = ([list]) => ({ cost: list!.size(), size: list!.size() });

const ofSets =
  (factor: number): Estimate =>
  (args) => ({ cost: plus(exactly(1), scaled(times(args[0]!.size(), args[1]!.size()), factor)) });

const added: Estimate = (args, { params: [first] }) => {
  const size = plus(...sizes(args));
  if (first!.kind === "list") return { cost: exactly(1), size };
  return isText(first!) ? { cost: scaled(size, TRAVERSAL), size } : undefined;
};

const contained: Estimate = ([, whole], { params: [, second] }) =>
  second!.kind === "list" ? { cost: whole!.size() } : undefined;

const converted: Estimate = ([text], { params: [first], result }) => {
  const size = text!.size();
  const cost = scaled(size, TRAVERSAL);
  if (result.name === "bytes" && first!.name === "string")
    return { cost, size: { min: size.min, max: Math.min(size.max * 4, COUNT_MAX) } };
  if (result.name === "string" && first!.name === "bytes")
    return { cost, size: { min: Math.floor(size.min / 4), max: size.max } };
  return undefined;
};

const split: Estimate = ([text, , count]) => {
  const size = text!.size();
  const max = typeof count?.literal === "bigint" && count.literal > 0n ? Number(count.literal) : size.max;
  return { cost: scaled(size, 2 * TRAVERSAL), size: { min: 0, max } };
};

const joined: Estimate = ([list, separator]) => {
  const { min, max } = list!.size();
  const between = separator
    ? times(separator.size(), { min: Math.max(0, min - 1), max: Math.max(0, max - 1) })
    : exactly(0);
  const size = plus(times({ min, max }, list!.elementSize()), between);
  return { cost: scaled(size, TRAVERSAL), size };
};

const replaced: Estimate = ([text, from, to]) => {
  const [size, found, put] = [text!.size(), from!.size(), to!.size()];
  // An empty text is found around all characters; of any other there are as many as fit.
  const longest =
    found.min === 0
      ? (size.max + 1) * put.max + size.max
      : put.max <= found.min
        ? size.max
        : Math.ceil(size.max / found.min) * put.max;
  const shortest =
    found.max === 0
      ? (size.min + 1) * put.min + size.min
      : found.max <= put.min
        ? size.min
        : Math.ceil(size.min / found.max) * put.min;
  return {
    cost: scaled(size, 2 * TRAVERSAL),
    size: { min: Math.min(shortest, COUNT_MAX), max: Math.min(longest, COUNT_MAX) },
  };
};

const containsText: Estimate = ([text, part]) => ({
  cost: times(scaled(text!.size(), TRAVERSAL), scaled(part!.size(), TRAVERSAL)),
});

/** Both addresses are compared; one that is a text is read before. */
const withinRange: Estimate = (_args, { params: [, second] }) => {
  const comparison = scaled(plus(ADDRESS_BYTES, ADDRESS_BYTES), TRAVERSAL);
  return { cost: second!.name === "string" ? plus(comparison, scaled(ADDRESS_BYTES, TRAVERSAL)) : comparison };
};

const ofFormat: Estimate = ([, text]) => ({
  cost: scaled(scaled(text!.size(), TRAVERSAL), FORMAT_PATTERN_LENGTH * PATTERN),
});

const quoted: Estimate = ([text]) => {
  const { min, max } = text!.size();
  return { cost: scaled({ min, max }, TRAVERSAL), size: { min, max: Math.min(max * 2, COUNT_MAX) } };
};

/** By the name of the function; all others cost 1. */
const ESTIMATES: Readonly<Record<string, Estimate>> = {
  check: () => ({ cost: exactly(CHECK_COST) }),
  "_==_": compared,
  "_!=_": compared,
  "_<_": ordered,
  "_<=_": ordered,
  "_>_": ordered,
  "_>=_": ordered,
  "_+_": added,
  "@in": contained,
  // The original makes a list of the element and joins both.
  "@append": () => ({ cost: exactly(1 + LIST_COST) }),
  bytes: converted,
  string: converted,
  contains: containsText,
  startsWith: traversed(1),
  endsWith: traversed(1),
  matches: matched,
  find: found,
  findAll: found,
  isSorted: eachElement,
  sum: eachElement,
  min: eachElement,
  max: eachElement,
  indexOf: eachElement,
  lastIndexOf: eachElement,
  slice: wholeList,
  flatten: wholeList,
  reverse: wholeList,
  distinct: eachPair,
  sort: eachPair,
  "@sortByAssociatedKeys": eachPair,
  "lists.range": ([count]) =>
    typeof count!.literal === "bigint" ? { cost: exactly(1), size: exactly(Number(count!.literal)) } : undefined,
  "sets.contains": ofSets(1),
  "sets.intersects": ofSets(1),
  "sets.equivalent": ofSets(2),
  lowerAscii: reshaped,
  upperAscii: reshaped,
  substring: reshaped,
  trim: reshaped,
  charAt: () => ({ cost: exactly(1), size: exactly(1) }),
  replace: replaced,
  split,
  join: joined,
  format: traversed(0),
  "strings.quote": quoted,
  url: traversed(0),
  ip: (args, { params: [first] }) => (first!.name === "string" ? traversed(0)(args) : undefined),
  isIP: traversed(0),
  "ip.isCanonical": traversed(0, 2 * TRAVERSAL),
  cidr: traversed(0),
  isCIDR: traversed(0),
  containsIP: withinRange,
  containsCIDR: withinRange,
  quantity: traversed(0),
  isQuantity: traversed(0),
  semver: traversed(0),
  isSemver: traversed(0),
  validate: ofFormat,
};
