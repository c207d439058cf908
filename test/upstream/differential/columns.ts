import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { sometimes } from "./definition-schema.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";

type Json = Record<string, unknown>;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
const COLUMNS = 24;
const OBJECTS = 4;
const TYPES = ["string", "string", "integer", "number", "boolean", "date"];

const NAMES = ["a", "b", "list", "x-y", "x.y"];
const NUMBERS = ["0", "1", "-1", "-2", "2", "7", "007"];
const WORDS = ["'a'", '"a"', "1", "2.5", "true", "false", "'1'", "@.a", "null", "''", "a", "-1", "1e2"];
const OPERATORS = ["==", "!=", "<", ">", "<=", ">=", "=", "==="];

/** Columns of definitions with paths of every form, and tables of objects that have much or little at them. */
export function columns({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: count }, (_, index) => ({
    title: `columns ${index}`,
    group: "columns",
    run: (ask, _own, id) => show(ask, seededRandom(`${seed}/columns/${index}`), id),
  }));
}

async function show(ask: Ask, random: Random, id: string): Promise<void> {
  const group = `${id}.example.com`;
  const odd = sometimes(random, 0.6);
  const name = `gadgets.${group}`;
  const made = await ask({ do: `POST ${DEFINITIONS}`, body: definition(group, random, odd) });
  if (made.status !== 201) return;
  const list = `/apis/${group}/v1/namespaces/default/gadgets`;
  for (let index = 0; index < OBJECTS; index++)
    await ask({
      do: `POST ${list}`,
      body: { apiVersion: `${group}/v1`, kind: "Gadget", metadata: { name: `o${index}` }, ...content(random) },
    });
  await ask({ do: `GET ${list}`, accept: TABLE });
  await ask({ do: `GET ${list}/o1?includeObject=None`, accept: TABLE });
  await ask({ do: `DELETE ${DEFINITIONS}/${name}` });
}

function definition(group: string, random: Random, odd: boolean): Json {
  const keeps = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  // One path that nobody can read spoils the columns of all.
  const wanted = odd ? 1 : COLUMNS;
  const additionalPrinterColumns = Array.from({ length: wanted }, (_, index) => ({
    name: `C${index}`,
    type: pick(TYPES, random),
    jsonPath: odd ? oddPath(random) : path(random),
    ...(sometimes(random, 0.1) && { format: pick(["int32", "date-time", "password", "byte"], random) }),
    ...(sometimes(random, 0.1) && { priority: pick([0, 1, -1, 5], random) }),
  }));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "gadgets", kind: "Gadget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: keeps, status: keeps } } },
          additionalPrinterColumns,
        },
      ],
    },
  };
}

function path(random: Random): string {
  const start = pick([".spec", ".spec", ".spec", ".status", ".metadata", ".", ""], random);
  const steps = Array.from({ length: random.int(3) }, () => step(random));
  const made = start + steps.join("");
  return made.startsWith(".") ? made : `.spec${made}`;
}

function step(random: Random): string {
  const name = () => pick(NAMES, random);
  switch (random.int(11)) {
    case 0:
      return `[${pick(NUMBERS, random)}]`;
    case 1:
      return "[*]";
    case 2:
      return `[?(@.${name()}${pick(OPERATORS.slice(0, 6), random)}${pick(WORDS.slice(0, 7), random)})]`;
    case 3:
      return `['${name()}']`;
    case 4:
      return `[${range(random)}]`;
    case 5:
      // What the original finds first below all, or among several by name, is any of it.
      return pick([`['a','b']`, "[0,1]", "[0,-1]", "[?(@.a)]", "[?(@.b[0])]"], random);
    case 6:
      return `.${pick(["x\\.y", "x-y", "x.y", "metadata\\.name"], random)}`;
    default:
      return `.${name()}`;
  }
}

function range(random: Random): string {
  const part = () => pick(["", "", ...NUMBERS.slice(0, 5)], random);
  const by = sometimes(random, 0.3) ? `:${pick(["1", "2", "-1", "0", ""], random)}` : "";
  return `${part()}:${part()}${by}`;
}

/** One that may be unreadable. */
function oddPath(random: Random): string {
  const text = path(random);
  if (sometimes(random, 0.3))
    return `.spec.list[?(${pick(["@.a", "@", "'a'", "@.b[0]", "@..a", "1"], random)}${pick(OPERATORS, random)}${pick(WORDS, random)})]`;
  const at = 1 + random.int(text.length);
  const put = pick(
    ["[", "]", "'", '"', "(", ")", "?", "@", "{", "}", "$", "\\", " ", "|", "..", "*", "/", ","],
    random,
  );
  return text.slice(0, at) + put + text.slice(at + random.int(2));
}

const VALUES = [
  null,
  true,
  false,
  0,
  1,
  -3,
  2.5,
  1e21,
  12345678901,
  "a",
  "",
  "1",
  "two words",
  "2020-01-01T00:00:00Z",
  "2020-01-01",
  "<b>&",
  "\u00e9\n",
  [],
  {},
];

function content(random: Random): Json {
  return { spec: some(random, 0), ...(sometimes(random, 0.6) && { status: some(random, 1) }) };
}

function some(random: Random, depth: number): Json {
  return Object.fromEntries(
    NAMES.filter(() => sometimes(random, 0.75)).map((name) => [
      name,
      name === "list" ? listed(random, depth) : value(random, depth),
    ]),
  );
}

function value(random: Random, depth: number): unknown {
  if (depth < 3 && sometimes(random, 0.3))
    return sometimes(random, 0.6) ? some(random, depth + 1) : listed(random, depth);
  return pick(VALUES, random);
}

function listed(random: Random, depth: number): unknown[] {
  return Array.from({ length: random.int(4) }, () =>
    sometimes(random, 0.5) && depth < 3 ? some(random, depth + 2) : pick(VALUES, random),
  );
}
