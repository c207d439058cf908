import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { objectOf, type Schema, sometimes } from "./definition-schema.ts";
import { valueFor } from "./definition-values.ts";
import { mutatedSome } from "./create.ts";
import type { Ask } from "./exchange.ts";
import { pick, type Vocabulary, vocabularyOf } from "./mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind, which are taken apart
type Json = any;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
/** Requests of one script. */
const TRIES = 12;
const STEPS = 16;

/** Random definitions that aren't stored, and lives of random objects of random definitions. */
export function definitions({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const random = seededRandom(`${seed}/definitions`);
  const samples = Array.from({ length: 60 }, () => definition("id", random));
  const vocabulary = vocabularyOf(samples);
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? {
          title: `definitions ${index}`,
          group: "definitions",
          run: (ask, own, id) => define({ ask, random: own, id }, vocabulary),
        }
      : { title: `objects ${index}`, group: "objects", run: (ask, own, id) => live({ ask, random: own, id }) },
  );
}

interface Life {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
}

/** Definitions that are only tried, most with something changed. */
async function define({ ask, random, id }: Life, vocabulary: Vocabulary): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const made = definition(id, random);
    const { value } = sometimes(random, 0.6) ? mutatedSome(made, { random, vocabulary }) : { value: made };
    await ask({ do: `POST ${DEFINITIONS}?dryRun=All`, body: value });
  }
}

/** With some of its defaults and rules left out, of which any may be what a definition is refused for. */
function calmed(value: Json, random: Random, share: number): Json {
  if (Array.isArray(value)) return value.map((each) => calmed(each, random, share));
  if (typeof value !== "object" || value === null) return value;
  const isLeft = (key: string) => (key === "default" || key === "x-kubernetes-validations") && sometimes(random, share);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (isLeft(key) ? [] : [[key, calmed(each, random, share)]])),
  );
}

/** Objects of a definition, which are made, changed, listed and deleted. */
async function live(life: Life): Promise<void> {
  const { ask, random, id } = life;
  let made: Json;
  // One that is taken is hard to come by.
  for (let attempt = 0; attempt < TRIES && made?.status !== 201; attempt++)
    made = await ask({ do: `POST ${DEFINITIONS}`, body: calmed(definition(id, random), random, attempt * 0.15) });
  if (made.status !== 201) return;
  const { spec } = made.body;
  for (let step = 0; step < STEPS; step++) await change(life, spec);
  const own = `${DEFINITIONS}/${made.body.metadata.name}`;
  if (sometimes(random, 0.5)) {
    // What is stored already has to be shown as the new schema wants it, and may stay as it is where it didn't change.
    const next = definition(id, random).spec.versions[0].schema;
    const versions = spec.versions.map((version: Json) => ({ ...version, schema: next }));
    const type = "application/merge-patch+json";
    await ask({ do: `PATCH ${own}`, type, body: { spec: { versions } } });
    for (let step = 0; step < STEPS / 2; step++) await change(life, { ...spec, versions });
  }
  await ask({ do: `DELETE ${own}` });
}

async function change({ ask, random, id }: Life, spec: Json): Promise<void> {
  const version = pick<Json>(spec.versions, random);
  const { openAPIV3Schema: schema } = version.schema;
  const scope = spec.scope === "Namespaced" ? "/namespaces/default" : "";
  const list = `/apis/${spec.group}/${version.name}${scope}/${spec.names.plural}`;
  const name = pick(["one", "two"], random);
  const body = {
    apiVersion: `${spec.group}/${version.name}`,
    kind: spec.names.kind,
    metadata: { name, labels: { id } },
    ...rootFor(schema, random),
  };
  const own = `${list}/${name}`;
  const query = sometimes(random, 0.2) ? `?fieldValidation=${pick(["Strict", "Ignore", "Warn"], random)}` : "";
  switch (random.int(11)) {
    case 0:
    case 1:
    case 2:
      await ask({ do: `POST ${list}${query}`, body });
      return;
    case 3:
    case 4: {
      const { status, body: current } = await ask({ do: `GET ${own}` });
      if (status === 200) await ask({ do: `PUT ${own}${query}`, body: { ...current, ...rootFor(schema, random) } });
      return;
    }
    case 5:
    case 6:
      await ask({ do: `PATCH ${own}${query}`, type: "application/merge-patch+json", body: rootFor(schema, random) });
      return;
    case 7:
    case 8:
      await ask({
        do: `PATCH ${own}?fieldManager=${pick(["x", "y"], random)}&force=true`,
        type: "application/apply-patch+yaml",
        body,
      });
      return;
    case 9:
      await ask({
        do: `PATCH ${own}/status`,
        type: "application/merge-patch+json",
        body: { status: rootFor(schema, random).status },
      });
      return;
    default:
      await ask({
        do: `GET ${pick([list, `${list}?fieldSelector=spec.alpha=a`, own, `${own}/scale`], random)}`,
        accept: pick([TABLE, "application/json"], random),
      });
  }
}

function rootFor(schema: Schema, random: Random): Json {
  const made = valueFor(schema, random, { care: 0.96 });
  if (typeof made !== "object" || made === null || Array.isArray(made)) return { spec: made };
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = made as Json;
  return rest;
}

const COLUMN_TYPES = ["string", "integer", "number", "boolean", "date"];
const COLUMN_PATHS = [
  ".spec.alpha",
  ".spec.beta",
  ".metadata.creationTimestamp",
  ".spec.items[0]",
  ".spec['a-b']",
  ".status.gamma",
  ".spec",
  ".spec.items[*].alpha",
  ".spec.x_y",
  ".metadata.labels.id",
];

function definition(id: string, random: Random): Json {
  const count = sometimes(random, 0.25) ? 2 : 1;
  const stored = random.int(count);
  const root = () => {
    const spec = objectOf(random, 0);
    const status = objectOf(random, 1);
    const rules = sometimes(random, 0.2) && {
      "x-kubernetes-validations": [
        {
          rule: pick(
            [
              "has(self.spec)",
              "self.metadata.name == 'one'",
              "self.spec == oldSelf.spec",
              "!has(self.status) || has(self.spec)",
            ],
            random,
          ),
        },
      ],
    };
    return {
      type: "object",
      properties: { spec, status },
      ...(sometimes(random, 0.1) && { required: ["spec"] }),
      ...rules,
    };
  };
  const version = (name: string, index: number): Json => ({
    name,
    served: true,
    storage: index === stored,
    schema: { openAPIV3Schema: root() },
    ...(sometimes(random, 0.6) && { subresources: subresources(random) }),
    ...(sometimes(random, 0.5) && { additionalPrinterColumns: columns(random) }),
    ...(sometimes(random, 0.3) && {
      selectableFields: [
        {
          jsonPath: pick(
            [".spec.alpha", ".spec.beta", ".spec.gamma", ".spec.items", "spec.alpha", ".metadata.name"],
            random,
          ),
        },
      ],
    }),
    ...(sometimes(random, 0.1) && { deprecated: true, ...(sometimes(random, 0.5) && { deprecationWarning: "old" }) }),
  });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `gadgets.${id}.example.com` },
    spec: {
      group: `${id}.example.com`,
      scope: pick(["Namespaced", "Cluster"], random),
      names: {
        plural: "gadgets",
        kind: "Gadget",
        ...(sometimes(random, 0.3) && { singular: "gadget", shortNames: ["gd"], categories: ["all"] }),
      },
      versions: ["v1", "v2"].slice(0, count).map(version),
    },
  };
}

function subresources(random: Random): Json {
  const scale = {
    specReplicasPath: pick([".spec.alpha", ".spec.replicas"], random),
    statusReplicasPath: pick([".status.alpha", ".status.replicas"], random),
  };
  return {
    ...(sometimes(random, 0.8) && { status: {} }),
    ...(sometimes(random, 0.3) && {
      scale: { ...scale, ...(sometimes(random, 0.4) && { labelSelectorPath: ".status.beta" }) },
    }),
  };
}

function columns(random: Random): Json[] {
  return Array.from({ length: 1 + random.int(3) }, (_, index) => ({
    name: `C${index}`,
    type: pick(COLUMN_TYPES, random),
    jsonPath: pick(COLUMN_PATHS, random),
    ...(sometimes(random, 0.2) && { priority: 1 }),
    ...(sometimes(random, 0.2) && { format: pick(["name", "int32", "date"], random) }),
  }));
}
