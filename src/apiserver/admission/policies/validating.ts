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
      for (const applied of found) {
        const { version } = applied;
        const values = known.get(version) ?? (await valuesFor(await inVersion(request, version), options));
        known.set(version, values);
        await judge(applied, request, values);
      }
    },
  };
}

async function judge({ policy, binding, params, problem }: Applied, request: AdmissionRequest, values: RequestValues) {
  const isLax = policy.spec.failurePolicy === "Ignore";
  const which = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ""}`;
  if (problem !== undefined) {
    if (!isLax) throw denied(request, `${which} denied request: ${problem}`, "Invalid");
    return;
  }
  const actions = binding?.spec.validationActions ?? [];
  for (const one of params) {
    const denials = await values.settle(() => denialsOf(policy, values, one));
    const kept = denials.filter(({ isError }) => !(isError && isLax));
    for (const { message } of kept)
      if (actions.includes("Warn")) request.warnings.push(`Validation failed for ${which}: ${message}`);
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
  if (typeof conditions === "string") return [{ message: conditions, reason: "Invalid", isError: true }];
  if (!conditions) return [];
  return (policy.spec.validations ?? []).flatMap((validation, index): readonly Denial[] => {
    const { expression, message, reason = "Invalid" } = validation;
    const { test, message: made } = compiled.validations[index] as CompiledPolicy["validations"][number];
    try {
      if (budget.run(test, lookup) === true) return [];
    } catch (error) {
      const text = `expression '${expression}' resulted in error: ${messageOf(error)}`;
      return [{ message: text, reason: "Invalid", isError: true }];
    }
    const own = made && messageFrom(made, budget, lookup);
    const text = own || message?.trim() || `failed expression: ${expression.trim()}`;
    return [{ message: text, reason, isError: false }];
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
