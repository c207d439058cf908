import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import type { Ask } from "./exchange.ts";
import { expressionOf, type Kind, shownAs } from "./expression.ts";
import { pick } from "./mutate.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";
const KINDS: readonly Kind[] = [
  "string",
  "int",
  "double",
  "bool",
  "strings",
  "ints",
  "duration",
  "time",
  "quantity",
  "semver",
];
/** What rules are about: schemas with a default, for defaults are checked by the rules of their schema at once. */
const SELVES: readonly (readonly [Kind, object])[] = [
  ["string", { type: "string", default: "abc" }],
  ["string", { type: "string", default: "10.0.0.1" }],
  ["int", { type: "integer", default: 3 }],
  ["double", { type: "number", default: 1.5 }],
  ["bool", { type: "boolean", default: true }],
  ["strings", { type: "array", items: { type: "string" }, default: ["a", "b"] }],
  ["ints", { type: "array", items: { type: "integer" }, default: [3, 1] }],
];
const PROPERTIES = 10;
const REQUESTS = 4;

/** Expressions as rules that never hold, whose messages are what the expressions make. */
export function expressions({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const random = seededRandom(`${seed}/expressions`);
  return Array.from({ length: Math.ceil(count / REQUESTS) }, (_, index) => {
    const kinds = Array.from({ length: REQUESTS * PROPERTIES }, () => pick(KINDS, random));
    return { title: `expressions ${index}`, group: "expressions", run: (ask, own) => evaluate(ask, own, kinds) };
  });
}

async function evaluate(ask: Ask, random: Random, kinds: readonly Kind[]): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) {
    const own = kinds.slice(request * PROPERTIES, (request + 1) * PROPERTIES);
    const properties = Object.fromEntries(own.map((kind, index) => [`p${index}`, property(kind, random)]));
    await ask({ do: `POST ${DEFINITIONS}`, body: definition(properties) });
  }
}

function property(kind: Kind, random: Random): object {
  const [self, schema] = pick(SELVES, random);
  const text = expressionOf(kind, random, self);
  // Of rules that can't be told the message is why.
  const rule = random.float() < 0.5 ? "false" : `dyn(${text}) == 'never' && self != self`;
  return {
    ...schema,
    "x-kubernetes-validations": [{ rule, messageExpression: shownAs(kind, text) }, { rule: `[${text}].size() == 0` }],
  };
}

function definition(properties: object): object {
  const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "gadgets.cel.example.com" },
    spec: {
      group: "cel.example.com",
      scope: "Namespaced",
      names: { plural: "gadgets", kind: "Gadget" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
