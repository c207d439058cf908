import { own, jsonEqual } from "../../../../base/index.ts";
import type { FieldError } from "../../../kind.ts";
import {
  changedField,
  forbiddenField,
  internalValue,
  invalidValue,
  problemsAt,
  rangeProblems,
} from "../../../validation/index.ts";
import { NodeSelectorTerm, type Toleration } from "../affinity.ts";
import type { Container } from "../container.ts";
import type { PodSpec } from "../podspec.ts";
import { validateImage } from "./containers.ts";
import { shownPodSpec } from "./internal.ts";
import { validateTolerations } from "./tolerations.ts";

const MAY_CHANGE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
const DEADLINE_SECONDS_MAX = 2_147_483_647;

/** What an update may not change in a pod's spec, and how. */
export function validateSpecUpdate(path: string, spec: PodSpec, old: PodSpec): FieldError[] {
  const containers = validateImages(`${path}.containers`, spec.containers ?? [], old.containers ?? []);
  if (containers.stop) return containers.errors;
  const init = validateImages(`${path}.initContainers`, spec.initContainers ?? [], old.initContainers ?? []);
  const errors = [...containers.errors, ...init.errors];
  if (init.stop) return errors;
  const deadline = validateDeadline(`${path}.activeDeadlineSeconds`, spec, old);
  if (deadline.length > 0 && spec.activeDeadlineSeconds !== undefined) return [...errors, ...deadline];
  errors.push(
    ...deadline,
    ...validateAddedTolerations(`${path}.tolerations`, spec.tolerations ?? [], old.tolerations ?? []),
    ...validateRemovedGates(`${path}.schedulingGates`, spec, old),
  );
  return [...errors, ...validateRest(path, spec, old)];
}

function validateImages(
  path: string,
  containers: readonly Container[],
  old: readonly Container[],
): { errors: FieldError[]; stop: boolean } {
  if (containers.length !== old.length)
    return { errors: [forbiddenField(path, "pod updates may not add or remove containers")], stop: true };
  const errors = containers.flatMap(({ image }, index) => validateImage(`${path}[${index}].image`, image));
  return { errors, stop: false };
}

/** A deadline may be set or come nearer. */
function validateDeadline(path: string, spec: PodSpec, old: PodSpec): FieldError[] {
  const { activeDeadlineSeconds: wanted } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (wanted === undefined)
    return before === undefined
      ? []
      : [invalidValue(path, undefined, "must not update from a positive integer to nil value")];
  const wrong = problemsAt(path, wanted, rangeProblems(wanted, 0, DEADLINE_SECONDS_MAX));
  if (wrong.length > 0 || before === undefined || before >= wanted) return wrong;
  return [invalidValue(path, wanted, "must be less than or equal to previous value")];
}

function validateAddedTolerations(
  path: string,
  wanted: readonly Toleration[],
  old: readonly Toleration[],
): FieldError[] {
  const plain = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  const kept = old.every((one) => wanted.some((other) => jsonEqual(plain(one), plain(other))));
  if (!kept) return [forbiddenField(path, "existing toleration can not be modified except its tolerationSeconds")];
  return validateTolerations(path, wanted);
}

function validateRemovedGates(path: string, { schedulingGates = [] }: PodSpec, old: PodSpec): FieldError[] {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  return schedulingGates.flatMap(({ name }, index) =>
    before.has(name)
      ? []
      : [forbiddenField(`${path}[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** Everything else stays, but for what a pod that waits at a gate may narrow. */
function validateRest(path: string, spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  let munged = withOldValues(spec, old);
  if (old.schedulingGates?.length) {
    errors.push(...validateNarrowing(path, spec, old));
    munged = { ...munged, nodeSelector: old.nodeSelector, affinity: affinityWithOldNodes(spec, old) } as PodSpec;
  }
  if (sameMeaning(munged, old)) return errors;
  const remade = ["initContainers", "tolerations"].map((name) => `${path}.${name}`);
  const change = { path, what: MAY_CHANGE, before: shownPodSpec(old), after: shownPodSpec(munged), remade };
  return [...errors, changedField(path, change)];
}

function withOldValues(spec: PodSpec, old: PodSpec): PodSpec {
  const images = (containers: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    containers?.map((container, index) => ({ ...container, image: before?.[index]?.image }));
  const seconds = spec.terminationGracePeriodSeconds;
  const wasNegative = (old.terminationGracePeriodSeconds ?? 0) < 0;
  return {
    ...spec,
    containers: images(spec.containers, old.containers),
    initContainers: images(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    terminationGracePeriodSeconds: wasNegative && seconds === 1 ? old.terminationGracePeriodSeconds : seconds,
  } as PodSpec;
}

function affinityWithOldNodes(spec: PodSpec, old: PodSpec): unknown {
  const nodeAffinity = old.affinity?.nodeAffinity;
  const rest = { ...spec.affinity, nodeAffinity };
  const empty = !nodeAffinity && !rest.podAffinity && !rest.podAntiAffinity;
  return empty ? old.affinity : rest;
}

function validateNarrowing(path: string, spec: PodSpec, old: PodSpec): FieldError[] {
  const { nodeSelector = {} } = spec;
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => own(nodeSelector, key) === value);
  const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  return [
    ...(kept ? [] : [invalidValue(`${path}.nodeSelector`, nodeSelector, detail)]),
    ...validateNodeAffinityNarrowing(`${path}.affinity.nodeAffinity`, spec, old),
  ];
}

function validateNodeAffinityNarrowing(path: string, spec: PodSpec, old: PodSpec): FieldError[] {
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const termsOf = ({ affinity }: PodSpec) => affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  const before = termsOf(old);
  const terms = termsOf(spec);
  const at = `${path}.${required}.nodeSelectorTerms`;
  if (before.length === 0) return [];
  if (before.length !== terms.length) {
    const shown = terms.map((term) => internalValue(NodeSelectorTerm, term));
    return [invalidValue(at, shown, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")];
  }
  return before.flatMap((term, index) => {
    if (onlyAdds(terms[index]!, term)) return [];
    const shown = internalValue(NodeSelectorTerm, terms[index]);
    return [invalidValue(`${at}[${index}]`, shown, "only additions are allowed (no mutations or deletions)")];
  });
}

/** Whether a term keeps its conditions, in their order; an empty term matches nothing and may not come alive. */
function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = [
    [term.matchExpressions ?? [], old.matchExpressions ?? []],
    [term.matchFields ?? [], old.matchFields ?? []],
  ] as const;
  const wasEmpty = lists.every(([, before]) => before.length === 0);
  if (wasEmpty) return lists.every(([after]) => after.length === 0);
  return lists.every(([after, before]) => before.every((one, index) => jsonEqual(one, after[index])));
}

/** Whether two values say the same: what is empty is as if it weren't there. */
export function sameMeaning(a: unknown, b: unknown): boolean {
  return jsonEqual(a, b) || jsonEqual(withoutEmpty(a), withoutEmpty(b));
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (value === null || typeof value !== "object") return value ?? undefined;
  const entries = Object.entries(value)
    .map(([key, one]) => [key, withoutEmpty(one)] as const)
    .filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries);
}
