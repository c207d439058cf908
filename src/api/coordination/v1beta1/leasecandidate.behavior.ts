import { compareSemver, parseSemver, type SemanticVersion } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  configMapKeyProblems,
  immutableField,
  invalidValue,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
} from "../../validation/index.ts";
import type { LeaseCandidate, LeaseCandidateSpec } from "./leasecandidate.ts";

const OLDEST_VERSION = "OldestEmulationVersion";
const NO_VERSION: SemanticVersion = { numbers: [0n, 0n, 0n], prerelease: [] };

/** What a candidate's declaration can't say. */
export const leaseCandidateBehavior: KindBehavior<LeaseCandidate> = {
  requiresVersion: true,
  nameRule: "own",
  nameProblems: (_, name) => configMapKeyProblems(name),
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...validateSpec(spec),
    ...immutableField("spec.leaseName", spec.leaseName, old.spec.leaseName),
  ],
};

function validateSpec(spec: LeaseCandidateSpec): FieldError[] {
  const { leaseName, binaryVersion = "", emulationVersion = "", strategy } = spec;
  const errors: FieldError[] = leaseName ? [] : [required("spec.leaseName")];
  const read = (field: string, text: string) => {
    try {
      return text === "" ? NO_VERSION : parseSemver(text);
    } catch {
      errors.push(invalidValue(`spec.${field}`, text, "must be a valid semantic version"));
      return NO_VERSION;
    }
  };
  if (binaryVersion === "") errors.push(required("spec.binaryVersion"));
  const binary = read("binaryVersion", binaryVersion);
  const emulated = read("emulationVersion", emulationVersion);
  if (binaryVersion !== "" && emulationVersion !== "" && compareSemver(binary, emulated) < 0n)
    errors.push(
      invalidValue("spec.binaryVersion", binaryVersion, "must be greater than or equal to `emulationVersion`"),
    );
  if (strategy === OLDEST_VERSION && compareSemver(emulated, NO_VERSION) === 0n)
    errors.push(required("spec.emulationVersion", `must be specified when \`strategy\` is '${OLDEST_VERSION}'`));
  return [...errors, ...validateStrategy(strategy)];
}

/** The one strategy there is, or one that somebody else has in a domain of their own. */
function validateStrategy(strategy: string | undefined): FieldError[] {
  const path = "spec.strategy";
  if (!strategy) return [required(path)];
  if (strategy === OLDEST_VERSION) return [];
  if (!strategy.includes("/")) return [notSupported(`${path}.strategy`, strategy, [OLDEST_VERSION])];
  return problemsAt(path, strategy, qualifiedNameProblems(strategy));
}
