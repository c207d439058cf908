import type { FieldError } from "../../kind.ts";
import { validateNodeSelector } from "../../core/v1/pod/index.ts";
import { duplicateValue, invalidValue, problemsAt, required, tooMany } from "../../validation/errors.ts";
import { internalValue } from "../../validation/internal.ts";
import { dnsLabelProblems, dnsSubdomainProblems } from "../../validation/names.ts";
import { repeats } from "../../validation/repeats.ts";
import { sortedEntries } from "../../validation/labels.ts";
import { NodeSelectorTerm } from "../../core/v1/affinity.ts";
import type { CounterSet, Device, ResourceSliceSpec } from "./resourceslice.types.ts";

const CONDITIONS_MAX = 4;
const COUNTER_SETS_MAX = 8;
const CONDITION_LISTS = ["bindingConditions", "bindingFailureConditions"] as const;

/** Which nodes reach a device: its slice says so, or leaves it to its devices, each of which says it in exactly one way. */
export function validateOwnNodes(path: string, device: Device, slice: ResourceSliceSpec): FieldError[] {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!slice.perDeviceNodeSelection) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return [];
    const detail =
      "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    return [invalidValue(path, null, detail)];
  }
  const errors: FieldError[] = [];
  if (nodeName === "") errors.push(invalidValue(`${path}.nodeName`, "", "must not be empty"));
  else if (nodeName !== undefined)
    errors.push(...problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems(nodeName)));
  if (nodeSelector) errors.push(...validateNodeSelector(`${path}.nodeSelector`, nodeSelector));
  if (allNodes === false) errors.push(invalidValue(`${path}.allNodes`, false, "must be either unset or set to true"));
  const set = Object.entries({ nodeName, nodeSelector, allNodes }).flatMap(([name, value]) =>
    value ? [`\`${name}\``] : [],
  );
  const rule =
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
  if (set.length === 0) errors.push(required(path, rule));
  if (set.length > 1) errors.push(invalidValue(path, `{${set.join(", ")}}`, rule));
  return errors;
}

/** The nodes that a slice selects are those of one term. */
export function validateSliceSelector(
  path: string,
  selector: NonNullable<ResourceSliceSpec["nodeSelector"]>,
): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const shown = terms.length > 0 ? terms.map((term) => internalValue(NodeSelectorTerm, term)) : null;
  return [
    ...validateNodeSelector(path, selector),
    ...(terms.length === 1
      ? []
      : [invalidValue(`${path}.nodeSelectorTerms`, shown, "must have exactly one node selector term")]),
  ];
}

/** Conditions that a device's driver sets while a pod is bound: of success and of failure, each in one of the lists. */
export function validateBindingConditions(path: string, device: Device): FieldError[] {
  const [wanted, failing] = CONDITION_LISTS.map((list) => device[list] ?? []) as [readonly string[], readonly string[]];
  const errors = CONDITION_LISTS.flatMap((list) => {
    const { length } = device[list] ?? [];
    return length > CONDITIONS_MAX ? [tooMany(`${path}.${list}`, length, CONDITIONS_MAX)] : [];
  });
  const twice = (list: readonly string[]) => repeats(list, (one) => one);
  for (const index of twice(wanted)) errors.push(duplicateValue(`${path}.bindingConditions[${index}]`, wanted[index]));
  const again = twice(failing);
  failing.forEach((condition, index) => {
    const at = `${path}.bindingFailureConditions[${index}]`;
    if (again.has(index)) errors.push(duplicateValue(at, condition));
    if (wanted.includes(condition))
      errors.push(invalidValue(at, condition, "bindingFailureConditions must not overlap with bindingConditions"));
  });
  if (wanted.length > 0 && failing.length === 0)
    errors.push(lacking(path, "bindingFailureConditions", "bindingConditions"));
  if (failing.length > 0 && wanted.length === 0)
    errors.push(lacking(path, "bindingConditions", "bindingFailureConditions"));
  return errors;
}

function lacking(path: string, list: string, other: string): FieldError {
  return invalidValue(`${path}.${list}`, null, `${list} are required to use ${other}`);
}

/** Sets of counters that devices take from, by names of their own; those that are there twice are told of last. */
export function validateCounterSets(path: string, sets: readonly CounterSet[]): FieldError[] {
  if (sets.length > COUNTER_SETS_MAX) return [tooMany(path, sets.length, COUNTER_SETS_MAX)];
  const again = repeats(sets, ({ name }) => name);
  return [
    ...sets.flatMap(({ name, counters }, index) => {
      const at = `${path}[${index}]`;
      const keys = sortedEntries(counters ?? {}).map(([key]) => key);
      return [
        ...(name ? problemsAt(`${at}.name`, name, dnsLabelProblems(name)) : [required(`${at}.name`)]),
        ...(keys.length === 0 ? [required(`${at}.counters`)] : []),
        ...keys.flatMap((key) => problemsAt(`${at}.counters`, key, dnsLabelProblems(key))),
      ];
    }),
    ...[...again].map((index) => duplicateValue(`${path}[${index}]`, sets[index]!.name)),
  ];
}
