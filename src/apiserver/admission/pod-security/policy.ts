import { type FieldError, invalidValue } from "../../../api/index.ts";
import { BASELINE } from "./baseline.ts";
import type { Check, Level, Subject, Violation } from "./checks.ts";
import { RESTRICTED } from "./restricted.ts";

const PREFIX = "pod-security.kubernetes.io/";
const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];
const VERSION = /^v1\.(\d|[1-9]\d*)$/;
const MINOR_MAX = 2n ** 63n - 1n;

/** A level as it was in some version of Kubernetes. */
export interface Policy {
  readonly level: Level;
  /** "latest" or "v1.x". */
  readonly version: string;
}

/** What a namespace demands of its pods: which are refused, and which are warned of. */
export interface Policies {
  readonly enforce: Policy;
  readonly warn: Policy;
  readonly audit: Policy;
}

/** Demands nothing. */
export const OPEN: Policy = { level: "privileged", version: "latest" };

type Labels = Readonly<Record<string, string>> | undefined;

/** The policies that a namespace's labels say, and what is wrong with them. Where labels say nothing the defaults hold. */
export function policiesOf(labels: Labels, defaults: Policies): { policies: Policies; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const read = (mode: keyof Policies): Policy => {
    const level = labels?.[PREFIX + mode];
    const version = labels?.[`${PREFIX}${mode}-version`];
    const at = (key: string) => `metadata.labels[${PREFIX}${key}]`;
    const isLevel = level === undefined || isKnownLevel(level);
    const isVersion = version === undefined || isKnownVersion(version);
    if (!isLevel) errors.push(invalidValue(at(mode), level, `must be one of ${LEVELS.join(", ")}`));
    if (!isVersion) errors.push(invalidValue(at(`${mode}-version`), version, 'must be "latest" or "v1.x"'));
    const wrongLevel = mode === "enforce" ? "restricted" : "privileged";
    return {
      level: isLevel ? ((level as Level | undefined) ?? defaults[mode].level) : wrongLevel,
      version: isVersion ? (version ?? defaults[mode].version) : "latest",
    };
  };
  const enforce = read("enforce");
  const audit = read("audit");
  const warn = read("warn");
  const wanted = labels?.[`${PREFIX}enforce`];
  const isWarned = labels?.[`${PREFIX}warn`] !== undefined;
  // Who isn't to be warned of anything else is warned of what is enforced: makers of pods are told before their pods are refused.
  if (isWarned || wanted === undefined || !isKnownLevel(wanted) || rankOf(enforce) <= rankOf(warn))
    return { policies: { enforce, warn, audit }, errors };
  const version = labels?.[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version;
  return { policies: { enforce, warn: { level: enforce.level, version }, audit }, errors };
}

export function isKnownLevel(level: string): level is Level {
  return (LEVELS as readonly string[]).includes(level);
}

/** Whether it is "latest" or "v1.x". */
export function isKnownVersion(version: string): boolean {
  return version === "latest" || minorOf(version) !== undefined;
}

function rankOf({ level }: Policy): number {
  return LEVELS.indexOf(level);
}

/** Which version of Kubernetes "v1.x" is; undefined for what is none. */
function minorOf(version: string): number | undefined {
  const minor = VERSION.exec(version)?.[1];
  return minor === undefined || BigInt(minor) > MINOR_MAX ? undefined : Number(minor);
}

/** A policy as messages name it, such as "baseline:latest". */
export function policyText({ level, version }: Policy): string {
  return `${level}:${version}`;
}

/** Whether a policy asks for more than another did. */
export function isStricter(policy: Policy, than: Policy): boolean {
  if (policy.level === "privileged") return false;
  if (policy.level === than.level && policy.version === than.version) return false;
  return policy.version !== than.version || rankOf(policy) > rankOf(than);
}

/** What a policy forbids of a pod. */
export function violationsOf(policy: Policy, subject: Subject): Violation[] {
  if (policy.level === "privileged") return [];
  const minor = minorOf(policy.version) ?? Number.POSITIVE_INFINITY;
  const restricted = policy.level === "restricted" ? rulesAt(RESTRICTED, minor) : [];
  const included = new Set(restricted.map(({ overrides }) => overrides));
  const baseline = rulesAt(BASELINE, minor).filter(({ id }) => !included.has(id));
  return [...baseline, ...restricted].flatMap(({ rule }) => rule(subject) ?? []);
}

/** The newest form of each check that a version has. */
function rulesAt(checks: readonly Check[], minor: number) {
  return checks.flatMap(({ id, overrides, versions }) => {
    const rule = versions.findLast(([since]) => since <= minor)?.[1];
    return rule ? [{ id, overrides, rule }] : [];
  });
}

/** Violations as a refusal or warning tells them. */
export function violationsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(", ");
}
