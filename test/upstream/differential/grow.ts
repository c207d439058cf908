import type { KindDefinition } from "../../../src/api/index.ts";
import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled } from "./corpus.ts";
import type { Ask } from "./exchange.ts";
import { bases, type Life, lives } from "./lives.ts";
import { type Mutation, mutated, pick, without } from "./mutate.ts";
import { kindAt, reshaped, type ShapeOptions } from "./shape.ts";
import { makeNamespace } from "./update.ts";

const CREATES_PER_SCRIPT = 10;
/** Requests that a script makes about an object, about. */
const REQUESTS_PER_LIFE = 20;
const UPDATES = 8;
const UPDATES_BELOW = 4;

/** New objects of every kind, with changes that their types allow. Nothing of it is stored. */
export function grownCreates({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const { kinds, vocabulary } = bases();
  const random = seededRandom(`${seed}/grown-creates`);
  return Array.from({ length: Math.ceil(count / CREATES_PER_SCRIPT) }, (_, index) => {
    const base = pick(pick(kinds, random), random);
    return {
      title: `grow ${index} of ${base.path}, ${base.file}: ${base.name}`,
      group: "create",
      run: async (ask, own, id) => {
        const { path, body } = filled(base, { namespace: "default", id });
        for (let index = 0; index < CREATES_PER_SCRIPT; index++) {
          const { value } = grown(kindAt(path)!, body, { random: own, vocabulary });
          await ask({ do: `POST ${path}?dryRun=All${validation(own)}`, body: value });
        }
      },
    };
  });
}

/** The lives of objects of every kind: what is changed of them, as a whole and below. Only the objects themselves are stored. */
export function grownUpdates({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return lives({
    name: "grown-updates",
    doing: "regrow",
    seed,
    count,
    requestsPerLife: REQUESTS_PER_LIFE,
    isFit: ({ path }) => kindAt(path)!.verbs.includes("update"),
    live: life,
  });
}

async function life({ ask, base, id, options }: Life): Promise<void> {
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  const kind = kindAt(path)!;
  if (path.includes(namespace)) await makeNamespace(ask, namespace);
  const made = await ask({ do: `POST ${path}`, body });
  if (made.status !== 201) return;
  const own = `${path}/${made.body.metadata.name}`;
  for (let index = 0; index < UPDATES; index++) await change(ask, own, { object: made.body, kind, options });
  const below = kind.subresources.filter(({ name, verbs }) => verbs.includes("update") && name !== "proxy");
  for (const { name, verbs } of below)
    for (let index = 0; index < UPDATES_BELOW; index++) {
      const where = `${own}/${name}`;
      const object = verbs.includes("get") ? (await ask({ do: `GET ${where}` })).body : made.body;
      await change(ask, where, { object, kind, options });
    }
  await ask({ do: `DELETE ${own}?gracePeriodSeconds=0` });
}

async function change(
  ask: Ask,
  where: string,
  {
    object,
    kind,
    options,
  }: { readonly object: unknown; readonly kind: KindDefinition; readonly options: ShapeOptions },
): Promise<void> {
  const plain = without(object, ["metadata", "managedFields"]);
  const sent = options.random.float() < 0.2 ? plain : without(plain, ["metadata", "resourceVersion"]);
  const { value } = grown(kind, sent, options);
  await ask({ do: `PUT ${where}?dryRun=All${validation(options.random)}`, body: value });
}

/** One change mostly, sometimes more, and seldom one that no type allows. */
export function grown(kind: KindDefinition, value: unknown, options: ShapeOptions): Mutation {
  const { random } = options;
  const draw = random.float();
  const changes = draw < 0.6 ? 1 : draw < 0.85 ? 2 : draw < 0.95 ? 3 : 5;
  const first = random.float() < 0.05 ? mutated(value, options) : reshaped(kind.struct, value, options);
  return Array.from({ length: changes - 1 }).reduce<Mutation>(
    ({ value }) => reshaped(kind.struct, value, options),
    first,
  );
}

function validation(random: Random): string {
  return random.float() < 0.1 ? `&fieldValidation=${pick(["Strict", "Warn", "Ignore"], random)}` : "";
}
