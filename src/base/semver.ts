/** Versions as semver.org has them: read strictly, and in their order. */

const UINT64_MAX = 2n ** 64n - 1n;

/** A version; what was built of it doesn't count. */
export interface SemanticVersion {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
}

const fail = (message: string) => new Error(message);

/** Reads a version; throws what is wrong with it. */
export function parseSemver(text: string): SemanticVersion {
  if (text === "") throw fail("Version string empty");
  const [major = "", minor, ...others] = text.split(".");
  if (minor === undefined || others.length === 0) throw fail("No Major.Minor.Patch elements found");
  const [main, build] = cut(others.join("."), "+");
  const [patch, prerelease] = cut(main, "-");
  const numbers = [numberOf("major", major), numberOf("minor", minor), numberOf("patch", patch)] as const;
  const version = { numbers, prerelease: identifiers(prerelease, "prerelease") };
  identifiers(build, "build metadata");
  return version;
}

/** A text up to a mark, and what stands behind it; undefined without one. */
function cut(text: string, mark: string): [string, string | undefined] {
  const place = text.indexOf(mark);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}

function numberOf(name: string, text: string): bigint {
  if (text === "") throw fail('strconv.ParseUint: parsing "": invalid syntax');
  if (!/^\d+$/.test(text)) throw fail(`Invalid character(s) found in ${name} number ${JSON.stringify(text)}`);
  if (text.length > 1 && text.startsWith("0"))
    throw fail(
      `${name[0]?.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${JSON.stringify(text)}`,
    );
  if (text.length > 20 || BigInt(text) > UINT64_MAX)
    throw fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  return BigInt(text);
}

function identifiers(text: string | undefined, what: string): readonly string[] {
  if (text === undefined) return [];
  const all = text.split(".");
  for (const one of all) {
    if (one === "") throw fail(what === "prerelease" ? "Prerelease is empty" : "Build meta data is empty");
    if (!/^[0-9A-Za-z-]+$/.test(one)) throw fail(`Invalid character(s) found in ${what} ${JSON.stringify(one)}`);
    if (what === "prerelease" && /^0\d+$/.test(one))
      throw fail(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(one)}`);
  }
  return all;
}

/** -1, 0 or 1. */
export function compareSemver(
  { numbers: a, prerelease: x }: SemanticVersion,
  { numbers: b, prerelease: y }: SemanticVersion,
): bigint {
  for (const [index, number] of a.entries()) {
    const other = b[index] as bigint;
    if (number !== other) return number < other ? -1n : 1n;
  }
  if (x.length === 0 || y.length === 0) return BigInt(Number(x.length === 0) - Number(y.length === 0));
  for (const [index, one] of x.entries()) {
    const order = compareIdentifiers(one, y[index]);
    if (order !== 0n) return order;
  }
  return x.length < y.length ? -1n : 0n;
}

function compareIdentifiers(a: string, b: string | undefined): bigint {
  if (b === undefined) return 1n;
  if (a === b) return 0n;
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isA && isB) return BigInt(a) < BigInt(b) ? -1n : 1n;
  if (isA !== isB) return isA ? -1n : 1n;
  return a < b ? -1n : 1n;
}
