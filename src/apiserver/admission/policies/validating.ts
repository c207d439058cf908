import { own } from "../../../base/index.ts";
import { inVersion } from "../versions.ts";
import {
  type CompiledPolicy,
  compilePolicy,
  type KindDefinition,
  type PolicySource,
  StatusError,
} from "../../../api/index.ts";
import { EvaluationError, type Value } from "../../../cel/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { refused } from "../refused.ts";
import { PolicyNotes } from "./notes.ts";
import { Budget, type RequestValues, Variables } from "./evaluate.ts";
import {
  type Applied,
  appliedPolicies,
  type Policy,
  type PolicyKinds,
  type PolicyOptions,
  valuesFor,
} from "./policies.ts";

interface Denial {
  readonly message: string;
  readonly reason: string;
  /** Place of the expression among the policy's. */
  readonly index: number;
  /** The expression had no value, so that the failure policy decides. */
  readonly isError: boolean;
}

const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** Refuses, warns of or lets pass what policies say about requests. */
export function validatingPolicies(kinds: PolicyKinds, options: PolicyOptions): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionPolicy",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(kinds.binding),
    async validate(request) {
      const found = await appliedPolicies(request, kinds, options);
      if (found.length === 0) return;
      const known = new Map<KindDefinition, RequestValues>();
      const notes = request.audited && new PolicyNotes();
      const refusals: Refusal[] = [];
      for (const applied of found) {
        const { version } = applied;
        const values = known.get(version) ?? (await valuesFor(await inVersion(request, version), options));
        known.set(version, values);
        refusals.push(...(await judge(applied, { request, values, notes })));
      }
      if (request.audited) notes?.tell(request.audited);
      // All are asked, for their warnings and notes; the first that refuses is told of.
      if (refusals[0]) throw denied(request, refusals[0]);
    },
  };
}

interface Judging {
  readonly request: AdmissionRequest;
  readonly values: RequestValues;
  readonly notes: PolicyNotes | undefined;
}

interface Refusal {
  readonly message: string;
  readonly reason: string;
}

/** What refuses a request; warnings and notes are left where they belong. */
async function judge(
  { policy, binding, params, problem }: Applied,
  { request, values, notes }: Judging,
): Promise<Refusal[]> {
  const isLax = policy.spec.failurePolicy === "Ignore";
  const which = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ""}`;
  const refusal = (message: string, reason = "Invalid") => ({ message: `${which} denied request: ${message}`, reason });
  if (problem !== undefined) return isLax ? [] : [refusal(problem)];
  const actions = binding?.spec.validationActions ?? [];
  const refusals: Refusal[] = [];
  for (const one of params) {
    const denials = await values.settle(() => denialsOf(policy, values, one));
    for (const { message, reason, index, isError } of denials) {
      if (isError && isLax) continue;
      if (actions.includes("Deny")) refusals.push(refusal(message, reason));
      if (actions.includes("Warn")) request.warnings.push(`Validation failed for ${which}: ${message}`);
      if (actions.includes("Audit"))
        notes?.failed({
          message,
          policy: policy.metadata.name,
          binding: binding!.metadata.name,
          expressionIndex: index,
          validationActions: actions,
        });
    }
    if (!policy.spec.auditAnnotations?.length) continue;
    const failures = await values.settle(() => annotate(policy, values, { params: one, notes }));
    // What can't be noted is refused, whatever the binding says.
    if (!isLax) refusals.push(...failures.map((failure) => refusal(failure)));
  }
  return refusals;
}

function denied(request: AdmissionRequest, { message, reason }: Refusal): StatusError {
  const { status } = refused(request, message);
  const details = { ...status.details, causes: [{ message }] };
  return new StatusError({ ...status, reason, code: own(CODES, reason) ?? 422, details } as typeof status);
}

/** What a policy has against a request with one set of parameters. */
function denialsOf(policy: Policy, values: RequestValues, params: Value): readonly Denial[] {
  const compiled = compilePolicy(policy.spec as PolicySource);
  const budget = new Budget();
  const lookup = lookupOf(compiled, budget, { values, params });
  const conditions = conditionsHold(policy, compiled, { budget, lookup });
  if (typeof conditions === "string") return [{ message: conditions, reason: "Invalid", index: 0, isError: true }];
  if (!conditions) return [];
  return (policy.spec.validations ?? []).flatMap((validation, index): readonly Denial[] => {
    const { expression, message, reason = "Invalid" } = validation;
    const { test, message: made } = compiled.validations[index] as CompiledPolicy["validations"][number];
    try {
      if (budget.run(test, lookup) === true) return [];
    } catch (error) {
      const text = `expression '${expression}' resulted in error: ${messageOf(error)}`;
      return [{ message: text, reason: "Invalid", index, isError: true }];
    }
    const own = made && messageFrom(made, budget, lookup);
    const text = own || message?.trim() || `failed expression: ${expression.trim()}`;
    return [{ message: text, reason, index, isError: false }];
  });
}

/**
 * Notes what a policy has to say of a request that it looks at, and tells what failed of it; expressions without a text
 * say nothing.
 */
function annotate(
  policy: Policy,
  values: RequestValues,
  { params, notes }: { readonly params: Value; readonly notes: PolicyNotes | undefined },
): readonly string[] {
  const compiled = compilePolicy(policy.spec as PolicySource);
  const budget = new Budget();
  const lookup = lookupOf(compiled, budget, { values, params });
  if (conditionsHold(policy, compiled, { budget, lookup }) !== true) return [];
  return (policy.spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }, index) => {
    try {
      const value = budget.run(compiled.annotations[index]!, lookup);
      if (typeof value === "string" && value.trim() !== "") notes?.note(policy.metadata.name, key, value.trim());
      return [];
    } catch (error) {
      return [`expression '${valueExpression}' resulted in error: ${messageOf(error)}`];
    }
  });
}

/** What an evaluation failed of; anything else that is thrown goes on. */
function messageOf(error: unknown): string {
  if (error instanceof EvaluationError) return error.message;
  throw error;
}

const MESSAGE_LENGTH_MAX = 5 * 1024;

function messageFrom(
  made: CompiledPolicy["annotations"][number],
  budget: Budget,
  lookup: (name: string) => Value,
): string | undefined {
  try {
    const value = budget.run(made, lookup);
    if (typeof value !== "string" || value.length > MESSAGE_LENGTH_MAX || value.includes("\n")) return undefined;
    return value.trim();
  } catch (error) {
    messageOf(error);
    return undefined;
  }
}

/** The variables of one evaluation: those of the request, the parameters, and the policy's own. */
export function lookupOf(
  compiled: CompiledPolicy,
  budget: Budget,
  { values, params }: { readonly values: RequestValues; readonly params: Value },
): (name: string) => Value {
  const own: Value = new Variables((name) => {
    const found = compiled.variables.findLast(([one]) => one === name);
    if (!found) throw new EvaluationError(`no such key: ${name}`);
    try {
      return budget.run(found[1], lookup);
    } catch (error) {
      throw new EvaluationError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${messageOf(error)}`);
    }
  });
  const lookup = (name: string): Value => {
    if (name === "variables") return own;
    return name === "params" ? params : values.value(name);
  };
  return lookup;
}

interface Conditions {
  readonly budget: Budget;
  readonly lookup: (name: string) => Value;
  /** Is told of each that has no value. */
  readonly failed?: () => void;
}

/** Whether all conditions of a policy hold; a text when that can't be told. */
export function conditionsHold(
  { spec }: Policy,
  compiled: CompiledPolicy,
  { budget, lookup, failed }: Conditions,
): boolean | string {
  const errors: string[] = [];
  // The original doesn't show the namespace to conditions.
  const narrow = (name: string) => (name === "namespaceObject" ? null : lookup(name));
  for (const [index, condition] of compiled.conditions.entries()) {
    try {
      if (budget.run(condition, narrow) === false) return false;
    } catch (error) {
      failed?.();
      const expression = spec.matchConditions?.[index]?.expression ?? "";
      errors.push(`expression '${expression}' resulted in error: ${messageOf(error)}`);
    }
  }
  if (errors.length === 0) return true;
  const different = [...new Set(errors)];
  return different.length > 1 ? `[${different.join(", ")}]` : different[0]!;
}
