import type { Container, EphemeralContainer, PodSpec } from "../../../api/index.ts";

export type Level = "privileged" | "baseline" | "restricted";
type AnyContainer = Container | EphemeralContainer;

/** A pod as it is checked. */
export interface Subject {
  readonly spec: PodSpec;
  readonly annotations: Readonly<Record<string, string>>;
  /** All containers, in the order in which they start. */
  readonly containers: readonly AnyContainer[];
}

/** What a check forbids: in a word, and who does it. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

type Rule = (subject: Subject) => Violation | undefined;

/** One rule of a level, and the minor version of Kubernetes from which each form of it holds. */
export interface Check {
  readonly id: string;
  readonly level: "baseline" | "restricted";
  readonly versions: readonly (readonly [since: number, rule: Rule])[];
  /** A check of a lower level that this one includes. */
  readonly overrides?: string;
}

export function subjectOf(spec: PodSpec, annotations: Readonly<Record<string, string>> = {}): Subject {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  return { spec, annotations, containers };
}

/** Names of the containers that do something. */
export function namesWhere({ containers }: Subject, does: (container: AnyContainer) => boolean): string[] {
  return containers.filter(does).map(({ name }) => name);
}

/** The same rule, but not for pods that say they are for Windows. */
export function exceptWindows(rule: Rule): Rule {
  return (subject) => (subject.spec.os?.name === "windows" ? undefined : rule(subject));
}

/** The same rule, but not for pods whose users aren't the host's. */
export function exceptUserNamespaces(rule: Rule): Rule {
  return (subject) => (subject.spec.hostUsers === false ? undefined : rule(subject));
}
