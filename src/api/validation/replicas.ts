import type { FieldError } from "../kind.ts";
import { invalidValue } from "./errors.ts";
import { nonNegative } from "./numbers.ts";

/** Counts of pods in the status of what keeps a number of them. */
export interface ReplicaCounts {
  readonly replicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
}

/** Counts may not be negative, nor more than there are pods. */
export function validateReplicaCounts(path: string, counts: ReplicaCounts): FieldError[] {
  const fields = [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "terminatingReplicas",
    "observedGeneration",
  ] as const;
  return [
    ...fields.flatMap((field) => nonNegative(`${path}.${field}`, counts[field])),
    ...withinReplicas(path, counts, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]),
    ...availableWithinReady(path, counts),
  ];
}

type Counts = Readonly<Record<string, unknown>>;

/** The named counts are parts of `replicas`. */
export function withinReplicas(path: string, counts: object, fields: readonly string[]): FieldError[] {
  const numberOf = (field: string) => ((counts as Counts)[field] as number | undefined) ?? 0;
  return fields
    .filter((field) => numberOf(field) > numberOf("replicas"))
    .map((field) => invalidValue(`${path}.${field}`, numberOf(field), "cannot be greater than status.replicas"));
}

/** What is available is ready. */
export function availableWithinReady(path: string, counts: ReplicaCounts, ready = "readyReplicas"): FieldError[] {
  const { availableReplicas = 0, readyReplicas = 0 } = counts;
  return availableReplicas > readyReplicas
    ? [invalidValue(`${path}.availableReplicas`, availableReplicas, `cannot be greater than ${ready}`)]
    : [];
}

/** Counters that only grow. */
export function notDecremented(path: string, value: number | undefined, old: number | undefined): FieldError[] {
  return old !== undefined && (value === undefined || value < old)
    ? [invalidValue(path, value ?? 0, "cannot be decremented")]
    : [];
}
