import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, some } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Ask } from "../exchange.ts";
import { type Kind, expressionOf } from "../expression.ts";
import { pick } from "../mutate.ts";
import { mutations, policyExpressions, validations } from "./expressions.ts";

type Json = Record<string, unknown>;

const ASKED = 20;
const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const KINDS: readonly Kind[] = [
  "string",
  "int",
  "double",
  "bool",
  "bool",
  "bool",
  "strings",
  "ints",
  "duration",
  "time",
  "quantity",
];

/** Policies with expressions that compile and that don't, of the right type and of others. Nothing of it is stored. */
export function policyContents({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / ASKED) }, (_, index) => ({
    title: `contents ${index}`,
    group: "contents",
    run: (ask) => write(ask, seededRandom(`${seed}/policy-contents/${index}`)),
  }));
}

async function write(ask: Ask, random: Random): Promise<void> {
  for (let index = 0; index < ASKED; index++) {
    const kind = chance(random, 0.65) ? "validating" : "mutating";
    const spec = kind === "validating" ? validating(random) : mutating(random);
    await ask({
      do: `POST ${REGISTRATION}/${kind}admissionpolicies?dryRun=All`,
      body: { metadata: { name: "p" }, spec },
    });
  }
}

/** About an object of any type, what a request says, or wrong in its words. */
function expression(random: Random): string {
  const text = expressionOf(pick(KINDS, random), random, pick(KINDS, random)).replaceAll("self", "object.x");
  if (chance(random, 0.2)) return broken(text, random);
  if (chance(random, 0.3)) return pick(PARTS, random);
  return text;
}

const PARTS = [
  ...[
    "object",
    "oldObject",
    "request",
    "namespaceObject",
    "params",
    "variables",
    "variables.a",
    "variables.z",
    "authorizer",
  ],
  ...[
    "authorizer.requestResource",
    "request.userInfo.groups",
    "request.kind.group",
    "request.options",
    "request.object",
  ],
  ...[
    "request.userInfo.extra['a'][0]",
    "namespaceObject.metadata.labels",
    "namespaceObject.spec",
    "namespaceObject.nope",
  ],
  ...[
    "authorizer.group('')",
    "authorizer.check('x')",
    "authorizer.path('/x').check('get').allowed()",
    "request.dryRun",
  ],
  ...[
    "Object{}",
    "Object{spec: Object.spec{a: 1}}",
    "JSONPatch{op: 'add'}",
    "[JSONPatch{op: 'add', path: '/x', value: 1}]",
  ],
  ...[
    "JSONPatch{nope: 'x'}",
    "Object.spec{}",
    "jsonpatch.escapeKey('a/b')",
    "object.metadata.name == 'x'",
    "size(object)",
  ],
  ...["object.spec.containers.all(c, c.image != '')", "has(object.spec.x)", "has(object)", "object.?a.?b.orValue(1)"],
  ...[
    "variables.a + 1",
    "variables.b",
    "variables.c.x",
    "string(variables.a)",
    "request.name + 1",
    "params.data.x == 'y'",
  ],
];

/** One character less, more or other. */
function broken(text: string, random: Random): string {
  const at = random.int(text.length + 1);
  return (
    text.slice(0, at) +
    pick(["", "(", ")", ".", "'", "x", " ", "=", "[", "}", "?", "#", "1"], random) +
    text.slice(at + random.int(2))
  );
}

const MATCH = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] }],
};

function shared(random: Random): Json {
  const names = ["a", "b", "c", "a", "x-y", "in", "", "z1"];
  return {
    matchConstraints: MATCH,
    ...(chance(random, 0.3) && { paramKind: { apiVersion: "v1", kind: "ConfigMap" } }),
    ...(chance(random, 0.6) && {
      variables: some(random, names, 3).map((name) => ({ name, expression: expression(random) })),
    }),
    ...(chance(random, 0.3) && {
      matchConditions: some(random, ["a", "b", "a b", ""], 2).map((name) => ({ name, expression: expression(random) })),
    }),
  };
}

function validating(random: Random): Json {
  if (chance(random, 0.15))
    return { matchConstraints: MATCH, ...policyExpressions(random, false), ...validations(random, false) };
  return {
    ...shared(random),
    validations: Array.from({ length: 1 + random.int(2) }, () => ({
      expression: expression(random),
      ...(chance(random, 0.4) && { messageExpression: expression(random) }),
      ...(chance(random, 0.1) && { message: pick(["x", "", " ", "a\nb"], random) }),
    })),
    ...(chance(random, 0.3) && {
      auditAnnotations: some(random, ["k", "k", "a b", "", "x.y"], 2).map((key) => ({
        key,
        valueExpression: expression(random),
      })),
    }),
  };
}

function mutating(random: Random): Json {
  if (chance(random, 0.15))
    return {
      matchConstraints: MATCH,
      ...policyExpressions(random, false),
      mutations: mutations(random, false),
      reinvocationPolicy: "Never",
    };
  const one = () => {
    const text = expression(random);
    const type = pick(["JSONPatch", "ApplyConfiguration", "ApplyConfiguration", "X"], random);
    return {
      ...(chance(random, 0.95) && { patchType: type }),
      ...(type === "JSONPatch" || chance(random, 0.05) ? { jsonPatch: { expression: text } } : {}),
      ...(type === "ApplyConfiguration" ? { applyConfiguration: { expression: text } } : {}),
    };
  };
  return {
    ...shared(random),
    mutations: Array.from({ length: 1 + random.int(2) }, one),
    ...(chance(random, 0.9) && { reinvocationPolicy: pick(["Never", "IfNeeded", "Never", "Often"], random) }),
  };
}
