import {
  type Compiled,
  celTypes,
  compileExpression,
  type Environment,
  environment,
  type Failure,
  kubernetesLibraries,
  mutationLibraries,
  nameOfType,
  type Type,
} from "../../../cel/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue } from "../../validation/errors.ts";

const { AUTHORIZER, BOOL, DYN, INT, RESOURCE_CHECK, STRING, TIMESTAMP, listOf, mapOf, structFrom } = celTypes;

const kindType = structFrom("kubernetes.GroupVersionKind", { group: STRING, version: STRING, kind: STRING });
const resourceType = structFrom("kubernetes.GroupVersionResource", {
  group: STRING,
  version: STRING,
  resource: STRING,
});

const requestType = structFrom("kubernetes.AdmissionRequest", {
  kind: kindType,
  resource: resourceType,
  subResource: STRING,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: structFrom("kubernetes.UserInfo", {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
  dryRun: BOOL,
  options: DYN,
});

const namespaceType = structFrom("kubernetes.Namespace", {
  metadata: structFrom("kubernetes.NamespaceMetadata", {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: structFrom("kubernetes.NamespaceSpec", { finalizers: listOf(STRING) }),
  status: structFrom("kubernetes.NamespaceStatus", { phase: STRING }),
});

/** A patch operation; `value` can be anything. */
const patchType = structFrom("JSONPatch", { op: STRING, path: STRING, from: STRING, value: DYN });

/** Fields whose names and types nobody knows before the object is there. */
class AnyFields extends Map<string, Type> {
  override get(): Type {
    return DYN;
  }
}

const anyFields = new AnyFields();

/** What is applied to an object: any field of it, and objects inside it by path. */
function mutationStruct(name: string): Type | undefined {
  if (name === "JSONPatch") return patchType;
  return name === "Object" || name.startsWith("Object.")
    ? { kind: "struct", name, parts: [], fields: () => anyFields }
    : undefined;
}

export interface PolicySource {
  readonly paramKind?: unknown;
  readonly matchConditions?: readonly { readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations?: readonly { readonly expression: string; readonly messageExpression?: string }[];
  readonly auditAnnotations?: readonly { readonly valueExpression: string }[];
  readonly mutations?: readonly {
    readonly patchType?: string;
    readonly jsonPatch?: { readonly expression?: string };
    readonly applyConfiguration?: { readonly expression?: string };
  }[];
}

type MutationSource = NonNullable<PolicySource["mutations"]>[number];

/** Where the expression of each type of mutation stands, and of what type its value must be. */
const MUTATIONS: Readonly<
  Record<string, { readonly field: "jsonPatch" | "applyConfiguration"; readonly type: string }>
> = {
  JSONPatch: { field: "jsonPatch", type: "list(JSONPatch)" },
  ApplyConfiguration: { field: "applyConfiguration", type: "Object" },
};

/** The part of a mutation that counts: another one is an error of its own. */
function mutationOf(mutation: MutationSource) {
  const field = MUTATIONS[mutation.patchType ?? ""]?.field;
  return field && mutation[field];
}

type Result = Compiled | Failure;

/** A policy's expressions, ready to run; absent where the policy has none. */
export interface CompiledPolicy {
  readonly conditions: readonly Result[];
  readonly variables: readonly (readonly [name: string, result: Result])[];
  readonly validations: readonly { readonly test: Result; readonly message: Result | undefined }[];
  readonly annotations: readonly Result[];
  readonly mutations: readonly (Result | undefined)[];
}

const compiled = new WeakMap<PolicySource, CompiledPolicy>();

/** Compiles all expressions of a policy, once for each object that holds them. */
export function compilePolicy(spec: PolicySource): CompiledPolicy {
  let known = compiled.get(spec);
  if (!known) {
    known = compileAll(spec, ANYTHING);
    compiled.set(spec, known);
  }
  return known;
}

/** Of what types the objects are that a policy judges, and what it takes as parameters. */
interface Judged {
  readonly object: Type;
  readonly params: Type;
}

const ANYTHING: Judged = { object: DYN, params: DYN };

/** What an expression gets wrong about the types of the objects that it will see. */
export interface TypeWarning {
  /** Path of the expression. */
  readonly fieldRef: string;
  /** A part for each kind whose objects it is wrong about. */
  readonly warning: string;
}

/** Looks at a policy's validations with the types of the kinds that it is for; `kind` is shown as it is. */
export function typeWarnings(
  spec: PolicySource,
  kinds: readonly { readonly kind: string; readonly type: Type }[],
  params: Type | undefined,
): TypeWarning[] {
  const warnings = new Map<string, string>();
  for (const { kind, type } of kinds) {
    const { validations } = compileAll(spec, { object: type, params: params ?? DYN });
    for (const [index, { test, message }] of validations.entries()) {
      for (const [name, result] of [
        ["expression", test],
        ["messageExpression", message],
      ] as const) {
        if (!result || !("problem" in result) || result.internal) continue;
        const path = `spec.validations[${index}].${name}`;
        warnings.set(path, `${warnings.get(path) ?? ""}${kind}: ${result.problem}\n`);
      }
    }
  }
  return [...warnings].map(([fieldRef, warning]) => ({ fieldRef, warning }));
}

/** The type of a variable: of anything but plain values, and lists and maps of such, nothing is known any more. */
function typeOfVariable(type: Type): Type {
  switch (type.kind) {
    case "simple":
    case "null":
      return type;
    case "list":
    case "map":
      return { ...type, parts: type.parts.map(typeOfVariable) };
    default:
      return DYN;
  }
}

function compileAll(spec: PolicySource, judged: Judged): CompiledPolicy {
  const place = (variables: Readonly<Record<string, Type>>): Environment =>
    environment({ libraries: kubernetesLibraries, variables });
  const params: Readonly<Record<string, Type>> = spec.paramKind ? { params: judged.params } : {};
  const base = {
    object: judged.object,
    oldObject: judged.object,
    request: requestType,
    namespaceObject: namespaceType,
  };
  const asking = { authorizer: AUTHORIZER, "authorizer.requestResource": RESOURCE_CHECK };
  const { variables: sources = [] } = spec;
  const types: Record<string, Type> = {};
  const known = () =>
    sources.length > 0 || spec.mutations
      ? { variables: structFrom("kubernetes.variables", { ...types }) }
      : ({} as Record<string, Type>);
  const conditions = (spec.matchConditions ?? []).map(({ expression }) =>
    compileExpression(expression.trim(), place({ ...base, ...asking, ...params })),
  );
  const variables = sources.map(({ name, expression }): readonly [string, Result] => {
    const result = compileExpression(expression, place({ ...base, ...asking, ...params, ...known() }));
    if (expression.trim() !== "") types[name] = "program" in result ? typeOfVariable(result.type) : DYN;
    return [name, result];
  });
  const whole = place({ ...base, ...asking, ...params, ...known() });
  const plain = place({ ...base, ...params, ...known() });
  // Only mutations know what they make.
  const making = environment({
    libraries: mutationLibraries,
    variables: { ...base, ...asking, ...params, ...known() },
    structNamed: mutationStruct,
  });
  return {
    conditions,
    variables,
    validations: (spec.validations ?? []).map(({ expression, messageExpression }) => ({
      test: compileExpression(expression, whole),
      message: messageExpression ? compileExpression(messageExpression, plain) : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression }) =>
      compileExpression(valueExpression.trim(), whole),
    ),
    mutations: (spec.mutations ?? []).map((mutation) => {
      const expression = mutationOf(mutation)?.expression?.trim();
      return expression === undefined ? undefined : compileExpression(expression, making);
    }),
  };
}

/** What is wrong with an expression that must be of one of some types. */
function expressionErrors(
  path: string,
  source: string | undefined,
  { result, wanted }: { readonly result: Result | undefined; readonly wanted: readonly string[] },
): FieldError[] {
  if (!source?.trim() || !result) return [];
  const internal = "problem" in result ? result.internal : undefined;
  if ("problem" in result && !internal) return [invalidValue(path, source, `compilation failed: ${result.problem}`)];
  const shown = nameOfType(internal?.type ?? (result as Compiled).type);
  if (wanted.length === 0 || wanted.includes(shown))
    return internal ? [{ path, type: "Internal", detail: internal.detail }] : [];
  const list = wanted.length === 1 ? wanted[0] : `one of [${wanted.join(" ")}]`;
  return [invalidValue(path, source, `must evaluate to ${list} but got ${shown}`)];
}

/** What is wrong with the conditions under which something is asked. */
export function conditionExpressionErrors(path: string, spec: PolicySource): FieldError[] {
  const { conditions } = compilePolicy(spec);
  return (spec.matchConditions ?? []).flatMap(({ expression }, index) =>
    expressionErrors(`${path}[${index}].expression`, expression.trim(), {
      result: conditions[index],
      wanted: ["bool"],
    }),
  );
}

const NONE: readonly string[] = [];

/** What is wrong with the expressions of a policy. */
export function policyExpressionErrors(spec: PolicySource): FieldError[] {
  const all = compilePolicy(spec);
  const { variables = [], validations = [], auditAnnotations = [], mutations = [] } = spec;
  return [
    ...conditionExpressionErrors("spec.matchConditions", spec),
    ...variables.flatMap(({ expression }, index) =>
      expressionErrors(`spec.variables[${index}].expression`, expression, {
        result: all.variables[index]?.[1],
        wanted: NONE,
      }),
    ),
    ...validations.flatMap(({ expression, messageExpression }, index) => {
      const { test, message } = all.validations[index] ?? { test: undefined, message: undefined };
      return [
        ...expressionErrors(`spec.validations[${index}].expression`, expression, {
          result: test,
          wanted: ["bool"],
        }),
        ...expressionErrors(`spec.validations[${index}].messageExpression`, messageExpression, {
          result: message,
          wanted: ["string"],
        }),
      ];
    }),
    ...auditAnnotations.flatMap(({ valueExpression }, index) =>
      expressionErrors(`spec.auditAnnotations[${index}].valueExpression`, valueExpression, {
        result: all.annotations[index],
        wanted: ["string", "null_type"],
      }),
    ),
    ...mutations.flatMap((mutation, index) => {
      const { field, type } = MUTATIONS[mutation.patchType ?? ""] ?? {};
      if (!field) return [];
      return expressionErrors(
        `spec.mutations[${index}].${field}.expression`,
        mutationOf(mutation)?.expression?.trim(),
        {
          result: all.mutations[index],
          wanted: [type!],
        },
      );
    }),
  ];
}
