import { jsonEqual } from "../../../base/index.ts";
import { inVersion, takeBack } from "../versions.ts";
import { Rounds } from "../rounds.ts";
import { overwrite } from "../overwrite.ts";
import { compilePolicy, type PolicySource, statusError } from "../../../api/index.ts";
import { EvaluationError, toJson, type Value } from "../../../cel/index.ts";
import { ApplyTypeError, mergeApplied } from "../../../schema/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { applyJsonPatch, JsonPatchError, TestFailedError } from "../../verbs/json-patch.ts";
import { Budget, type RequestValues } from "./evaluate.ts";
import { type Applied, appliedPolicies, type PolicyKinds, type PolicyOptions, valuesFor } from "./policies.ts";
import { conditionsHold, lookupOf } from "./validating.ts";

type Json = Record<string, unknown>;

/** Changes requests as policies say. */
export function mutatingPolicies(kinds: PolicyKinds, options: PolicyOptions): AdmissionPlugin {
  const rounds = new Rounds();
  const changers = async (request: AdmissionRequest) =>
    (await appliedPolicies(request, kinds, options)).map((applied) => ({
      key: `${applied.policy.metadata.name}/${applied.binding?.metadata.name}`,
      isAskedAgain: applied.policy.spec.reinvocationPolicy === "IfNeeded",
      change: () => change(applied, request, options),
    }));
  return {
    name: "MutatingAdmissionPolicy",
    admit: async (request) => (request.object ? rounds.ask(request, await changers(request)) : false),
    admitAgain: (request) => rounds.askAgain(request, () => changers(request)),
  };
}

/** Whether the policy changed the object. */
async function change(applied: Applied, request: AdmissionRequest, options: PolicyOptions): Promise<boolean> {
  const view = await inVersion(request, applied.version);
  const before = structuredClone(view.object);
  await mutate(applied, view, options);
  if (jsonEqual(before, view.object)) return false;
  await takeBack(request, view);
  return true;
}

async function mutate(
  { policy, binding, params, problem }: Applied,
  request: AdmissionRequest,
  options: PolicyOptions,
) {
  const bound = binding ? ` with binding '${binding.metadata.name}'` : "";
  const refuse = (why: string) => {
    if (policy.spec.failurePolicy === "Ignore") return;
    const message = `policy '${policy.metadata.name}'${bound} denied request: ${why}`;
    throw statusError({ code: 403, reason: "Invalid", message, details: { causes: [{ message }] } });
  };
  if (problem !== undefined) return refuse(problem);
  const { mutations = [] } = policy.spec as PolicySource;
  for (const one of params) {
    for (const [index, { applyConfiguration, jsonPatch }] of mutations.entries()) {
      // Each mutation sees what those before it made of the object.
      const values = await valuesFor(request, options);
      const expression = (jsonPatch ?? applyConfiguration)?.expression ?? "";
      const made = await valueOf({ policy, index, expression }, values, one);
      if (made === undefined) break;
      const failure = typeof made === "string" ? made : (jsonPatch ? patch : apply)(request, made.value);
      // Where failures are ignored the next mutation still counts.
      if (failure !== undefined) refuse(failure);
    }
  }
}

interface Mutation {
  readonly policy: Applied["policy"];
  readonly index: number;
  readonly expression: string;
}

/** What a mutation makes; a text when it fails, nothing when the policy's conditions don't hold. */
async function valueOf(
  { policy, index, expression }: Mutation,
  values: RequestValues,
  params: Value,
): Promise<{ readonly value: Value } | string | undefined> {
  const compiled = compilePolicy(policy.spec as PolicySource);
  return values.settle(() => {
    const budget = new Budget();
    const lookup = lookupOf(compiled, budget, { values, params });
    const holds = conditionsHold(policy, compiled, { budget, lookup });
    if (holds === false) return undefined;
    if (typeof holds === "string") return holds;
    const mutation = compiled.mutations[index];
    if (!mutation) return undefined;
    try {
      return { value: budget.run(mutation, lookup) };
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return `expression '${expression}' resulted in error: ${error.message}`;
    }
  });
}

function patch({ object }: AdmissionRequest, value: Value): string | undefined {
  const operations = toJson(value) as readonly unknown[];
  try {
    overwrite(object as Json, applyJsonPatch(structuredClone(object), operations));
  } catch (error) {
    // A test that fails means that there is nothing to do.
    if (error instanceof TestFailedError) return undefined;
    if (error instanceof JsonPatchError) return `JSON Patch: ${error.message}`;
    throw error;
  }
  return undefined;
}

function apply({ object, kind }: AdmissionRequest, value: Value): string | undefined {
  const prefix = "error applying patch: invalid ApplyConfiguration: ";
  try {
    overwrite(object as Json, mergeApplied(kind.struct, object as Json, toJson(value) as Json));
  } catch (error) {
    if (error instanceof ApplyTypeError || error instanceof EvaluationError) return `${prefix}${error.message}`;
    throw error;
  }
  return undefined;
}
