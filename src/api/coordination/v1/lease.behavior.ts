import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { invalidValue, nonNegative } from "../../validation/index.ts";
import type { Lease, LeaseSpec } from "./lease.ts";

/** What a lease's declaration can't say. */
export const leaseBehavior: KindBehavior<Lease> = {
  looseFinalizers: true,
  requiresVersion: true,
  prepareCreate: ({ spec }) => dropGatedFields(spec),
  prepareUpdate: ({ spec }) => dropGatedFields(spec),
  validate: ({ spec }) => validateSpec(spec),
};

/** The feature gate CoordinatedLeaderElection is off. */
function dropGatedFields(spec: Mutable<LeaseSpec>): void {
  delete spec.strategy;
  delete spec.preferredHolder;
}

function validateSpec({ leaseDurationSeconds: seconds, leaseTransitions }: LeaseSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
  return [...errors, ...nonNegative("spec.leaseTransitions", leaseTransitions)];
}
