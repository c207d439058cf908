import { jsonEqual } from "../../../base/index.ts";
import { inVersion, requestVersions, takeBack } from "../versions.ts";
import { refused } from "../refused.ts";
import { Rounds } from "../rounds.ts";
import { overwrite } from "../overwrite.ts";
import {
  canonicalQuantity,
  type CompiledPolicy,
  groupVersion,
  compilePolicy,
  internal,
  type KindDefinition,
  type PolicySource,
  statusError,
} from "../../../api/index.ts";
import { EvaluationError, toJson, type Value } from "../../../cel/index.ts";
import { ApplyTypeError, AtomicApplyError, DecodeError, decodeJson, mergeApplied } from "../../../schema/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { applyJsonPatch, JsonPatchError, TestFailedError } from "../../verbs/json-patch.ts";
import { Budget, type RequestValues } from "./evaluate.ts";
import { type Applied, appliedPolicies, type PolicyKinds, type PolicyOptions, valuesFor } from "./policies.ts";
import { conditionsHold, lookupOf } from "./validating.ts";

type Json = Record<string, unknown>;

/** Why a policy can't be applied to a request. */
interface Problem {
  readonly message: string;
  readonly reason: "Forbidden" | "Invalid";
}

/** Changes requests as policies say; of those that fail all are told of, once the others have done their work. */
export function mutatingPolicies(kinds: PolicyKinds, options: PolicyOptions): AdmissionPlugin {
  const rounds = new Rounds();
  const prepare = async (request: AdmissionRequest) => {
    const applied = await appliedPolicies(request, kinds, options);
    const problems = applied.flatMap((one) =>
      one.problem === undefined ? [] : problemsOf(one, "Forbidden", [one.problem]),
    );
    const changers = applied.flatMap((one) =>
      one.params.map((params, index) => ({
        key: `${one.policy.metadata.name}/${one.binding?.metadata.name}/${keyOfParams(params, index)}`,
        isAskedAgain: one.policy.spec.reinvocationPolicy === "IfNeeded",
        change: async () => {
          const { isChanged, failures } = await change({ ...one, params }, request, options);
          problems.push(...problemsOf(one, "Invalid", failures));
          return isChanged;
        },
      })),
    );
    return { problems, changers };
  };
  return {
    name: "MutatingAdmissionPolicy",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(kinds.binding),
    async admit(request) {
      if (!request.object) return false;
      const { problems, changers } = await prepare(request);
      const isChanged = await rounds.ask(request, changers);
      refuseFor(request, problems);
      return isChanged;
    },
    admitAgain: (request) => rounds.askAgain(request, async () => (await prepare(request)).changers),
  };
}

function keyOfParams(params: Value, index: number): string {
  const json = toJson(params) as { metadata?: { name?: string; namespace?: string } } | null;
  return json === null ? "" : `${json.metadata?.namespace ?? ""}/${json.metadata?.name ?? index}`;
}

function problemsOf({ policy, binding }: Applied, reason: Problem["reason"], failures: readonly string[]): Problem[] {
  if (policy.spec.failurePolicy === "Ignore") return [];
  const { name } = policy.metadata;
  const who = binding ? `policy '${name}' with binding '${binding.metadata.name}'` : `policy ${JSON.stringify(name)}`;
  return failures.map((failure) => ({ message: `${who} denied request: ${failure}`, reason }));
}

function refuseFor(request: AdmissionRequest, problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const { status } = refused(request, "");
  const details = { ...status.details, causes: problems.map(({ message }) => ({ message })) };
  throw statusError({ code: 403, reason: first.reason, message: first.message, details });
}

/** One policy with one set of parameters. */
type Invocation = Omit<Applied, "params" | "problem"> & { readonly params: Value };

interface Changed {
  readonly isChanged: boolean;
  readonly failures: readonly string[];
}

async function change(one: Invocation, request: AdmissionRequest, options: PolicyOptions): Promise<Changed> {
  const view = await inVersion(request, one.version);
  const before = structuredClone(view.object);
  const [asked = request.kind] = requestVersions(request, options.versionsOf);
  const failures = await mutate(one, view, { ...options, asked });
  if (jsonEqual(before, view.object)) return { isChanged: false, failures };
  await takeBack(request, view);
  return { isChanged: true, failures };
}

/** Applies a policy's mutations, each to what those before it made of the object; what failed of them. */
async function mutate(
  { policy, params }: Invocation,
  request: AdmissionRequest,
  { asked, ...options }: PolicyOptions & { readonly asked: KindDefinition },
) {
  const compiled = compilePolicy(policy.spec as PolicySource);
  const values = await valuesFor(request, options);
  const holds = await values.settle(() => {
    const budget = new Budget();
    return conditionsHold(policy, compiled, { budget, lookup: lookupOf(compiled, budget, { values, params }) });
  });
  if (typeof holds === "string") return [holds];
  if (!holds) return [];
  const failures: string[] = [];
  const { mutations = [] } = policy.spec as PolicySource;
  for (const [index, { applyConfiguration, jsonPatch }] of mutations.entries()) {
    const expression = (jsonPatch ?? applyConfiguration)?.expression ?? "";
    const made = await valueOf({ compiled, index, expression }, await valuesFor(request, options), params);
    const unmade = conversionProblem(asked, request.kind);
    const target = unmade === undefined ? request : { ...request, object: structuredClone(request.object) };
    const failure = typeof made === "string" ? made : ((jsonPatch ? patch : apply)(target, made.value) ?? unmade);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

interface Mutation {
  readonly compiled: CompiledPolicy;
  readonly index: number;
  readonly expression: string;
}

/** What a mutation makes; a text when it fails. */
async function valueOf(
  { compiled, index, expression }: Mutation,
  values: RequestValues,
  params: Value,
): Promise<{ readonly value: Value } | string> {
  return values.settle(() => {
    const budget = new Budget();
    try {
      return { value: budget.run(compiled.mutations[index]!, lookupOf(compiled, budget, { values, params })) };
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return `expression '${expression}' resulted in error: ${error.message}`;
    }
  });
}

/** The original brings what was made in a version straight into the one of the request, which works for custom kinds only. */
function conversionProblem(asked: KindDefinition, made: KindDefinition): string | undefined {
  if (made.custom || (made.group === asked.group && made.version === asked.version)) return undefined;
  return `converting (${made.version}.${made.kind}) to (${asked.version}.${asked.kind}): unknown conversion`;
}

function patch({ object, kind }: AdmissionRequest, value: Value): string | undefined {
  const operations = toJson(value) as readonly unknown[];
  try {
    const made = applyJsonPatch(structuredClone(object), operations);
    requireReadable(kind, made);
    overwrite(object as Json, made);
  } catch (error) {
    // A test that fails means that there is nothing to do.
    if (error instanceof TestFailedError) return undefined;
    if (error instanceof JsonPatchError) return `JSON Patch: ${error.message}`;
    throw error;
  }
  return undefined;
}

/** What a patch makes of an object must be one of its kind still; nobody may go on with anything else. */
function requireReadable(kind: KindDefinition, made: unknown): void {
  if (kind.custom) return;
  try {
    const { unknown } = decodeJson(kind.struct, made, { quantity: canonicalQuantity });
    if (unknown.length === 0) return;
    const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    throw internal(`strict decoding error: ${texts.join(", ")}`);
  } catch (error) {
    if (error instanceof DecodeError) throw internal(error.message);
    throw error;
  }
}

function apply({ object, kind }: AdmissionRequest, value: Value): string | undefined {
  // Its group has no resource of that kind, so that the original finds no type to apply it by.
  if (kind.kind === "Scale" && kind.group === "autoscaling")
    return `error applying patch: failed to convert patch object to typed object: no corresponding type for ${groupVersion(kind)}, Kind=Scale`;
  try {
    overwrite(object as Json, mergeApplied(kind.struct, object as Json, toJson(value) as Json));
  } catch (error) {
    if (error instanceof AtomicApplyError) return `error applying patch: invalid ApplyConfiguration: ${error.message}`;
    if (error instanceof ApplyTypeError)
      return `error applying patch: failed to convert patch object to typed object: ${error.message}`;
    if (error instanceof EvaluationError) return `type mismatch: ${error.message}`;
    throw error;
  }
  return undefined;
}
