import { own } from "../../../base/index.ts";
import { inVersion } from "../versions.ts";
import {
  type CompiledPolicy,
  compilePolicy,
  forbidden,
  type KindDefinition,
  type PolicySource,
  StatusError,
} from "../../../api/index.ts";
import { EvaluationError, type Value } from "../../../cel/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
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
    async validate(request) {
      const found = await appliedPolicies(request, kinds, options);
      if (found.length === 0) return;
      const known = new Map<KindDefinition, RequestValues>();
      const notes = request.audited && new PolicyNotes();
      try {
        for (const applied of found) {
          const { version } = applied;
          const values = known.get(version) ?? (await valuesFor(await inVersion(request, version), options));
          known.set(version, values);
          await judge(applied, { request, values, notes });
        }
      } finally {
        if (request.audited) notes?.tell(request.audited);
      }
    },
  };
}

interface Judging {
  readonly request: AdmissionRequest;
  readonly values: RequestValues;
  readonly notes: PolicyNotes | undefined;
}

async function judge({ policy, binding, params, problem }: Applied, { request, values, notes }: Judging) {
  const isLax = policy.spec.failurePolicy === "Ignore";
  const which = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ""}`;
  if (problem !== undefined) {
    if (!isLax) throw denied(request, `${which} denied request: ${problem}`, "Invalid");
    return;
  }
  const actions = binding?.spec.validationActions ?? [];
  for (const one of params) {
    const denials = await values.settle(() => denialsOf(policy, values, one));
    if (notes && policy.spec.auditAnnotations?.length)
      await values.settle(() => annotate(policy, values, { params: one, notes }));
    const kept = denials.filter(({ isError }) => !(isError && isLax));
    for (const { message } of kept)
      if (actions.includes("Warn")) request.warnings.push(`Validation failed for ${which}: ${message}`);
    if (actions.includes("Audit"))
      for (const { message, index } of kept)
        notes?.failed({
          message,
          policy: policy.metadata.name,
          binding: binding!.metadata.name,
          expressionIndex: index,
          validationActions: actions,
        });
    const [first] = kept;
    if (first && actions.includes("Deny"))
      throw denied(request, `${which} denied request: ${first.message}`, first.reason);
  }
}

function denied({ kind, name }: AdmissionRequest, message: string, reason: string): StatusError {
  const { status } = forbidden(kind, name || "Unknown", message);
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

/** Notes what a policy has to say of a request that it looks at; expressions without a text say nothing. */
function annotate(
  policy: Policy,
  values: RequestValues,
  { params, notes }: { readonly params: Value; readonly notes: PolicyNotes },
): void {
  const compiled = compilePolicy(policy.spec as PolicySource);
  const budget = new Budget();
  const lookup = lookupOf(compiled, budget, { values, params });
  if (conditionsHold(policy, compiled, { budget, lookup }) !== true) return;
  for (const [index, { key }] of (policy.spec.auditAnnotations ?? []).entries()) {
    try {
      const value = budget.run(compiled.annotations[index]!, lookup);
      if (typeof value === "string" && value.trim() !== "") notes.note(policy.metadata.name, key, value.trim());
    } catch (error) {
      messageOf(error);
    }
  }
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
    return budget.run(found[1], lookup);
  });
  const lookup = (name: string): Value => {
    if (name === "variables") return own;
    return name === "params" ? params : values.value(name);
  };
  return lookup;
}

/** Whether all conditions of a policy hold; a text when that can't be told. */
export function conditionsHold(
  { spec }: Policy,
  compiled: CompiledPolicy,
  { budget, lookup }: { readonly budget: Budget; readonly lookup: (name: string) => Value },
): boolean | string {
  const errors: string[] = [];
  for (const [index, condition] of compiled.conditions.entries()) {
    try {
      if (budget.run(condition, lookup) === false) return false;
    } catch (error) {
      const expression = spec.matchConditions?.[index]?.expression ?? "";
      errors.push(`expression '${expression}' resulted in error: ${messageOf(error)}`);
    }
  }
  return errors.length > 0 ? errors.join(", ") : true;
}
