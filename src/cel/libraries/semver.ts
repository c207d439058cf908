import { compareSemver as compare, messageOf, parseSemver, type SemanticVersion } from "../../base/index.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { overload } from "../signature.ts";
import { opaque } from "../types.ts";
import { Opaque, type Value } from "../values.ts";

const SEMVER = opaque("kubernetes.Semver");
const S = SEMVER.name;

function parse(text: string): SemanticVersion {
  try {
    return parseSemver(text);
  } catch (error) {
    throw new EvaluationError(messageOf(error));
  }
}

/** Takes off what people write around versions: a v in front, missing parts, zeros. */
function normalized(text: string): string {
  const [major = "", minor, ...rest] = text.replace(/^v/, "").split(".");
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(rest.length > 0 ? [rest.join(".")] : [])].map(
    withoutZeros,
  );
  if (parts.length < 3 && /[-+]/.test(parts.at(-1)!))
    throw new EvaluationError("short version cannot contain PreRelease/Build meta data");
  return [...parts, "0", "0"].slice(0, Math.max(parts.length, 3)).join(".");
}

/** A part without leading zeros; one before what is no digit. */
function withoutZeros(part: string): string {
  if (part.length < 2) return part;
  const plain = part.replace(/^0+/, "");
  return /^\d/.test(plain) ? plain : `0${plain}`;
}

function make(text: string, isLoose = false): Value {
  const version = parse(isLoose ? normalized(text) : text);
  return new Opaque(SEMVER, version, `${version.numbers.join(".")}-${version.prerelease.join(".")}`);
}

/** A version from its text. */
export const semverValue = (text: string): Value => make(text);

function isSemver(text: string, isLoose = false): boolean {
  try {
    make(text, isLoose);
    return true;
  } catch {
    return false;
  }
}

const versionOf = ({ content }: Opaque) => content as SemanticVersion;
const order = (a: Opaque, b: Opaque) => compare(versionOf(a), versionOf(b));

/** Semantic versions. */
export const semvers: Library = {
  types: [SEMVER],
  overloads: [
    overload(`semver(string): ${S}`, make),
    overload(`semver(string, bool): ${S}`, make),
    overload("isSemver(string): bool", isSemver),
    overload("isSemver(string, bool): bool", isSemver),
    overload(`${S}.major(): int`, (version) => versionOf(version).numbers[0]),
    overload(`${S}.minor(): int`, (version) => versionOf(version).numbers[1]),
    overload(`${S}.patch(): int`, (version) => versionOf(version).numbers[2]),
    overload(`${S}.compareTo(${S}): int`, order),
    overload(`${S}.isLessThan(${S}): bool`, (a, b) => order(a, b) < 0n),
    overload(`${S}.isGreaterThan(${S}): bool`, (a, b) => order(a, b) > 0n),
  ],
};
