import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled, type RecordedRequest, recordedRequests } from "./corpus.ts";
import type { Ask } from "./exchange.ts";
import { type Mutation, mutated, pick, type Vocabulary, vocabularyOf } from "./mutate.ts";

/** Objects and requests of a recorded POST each, with up to three changes. Nothing of it is stored. */
export function creates({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const recorded = recordedRequests().filter(({ method, type }) => method === "POST" && !type);
  const vocabulary = vocabularyOf(recorded.map(({ body }) => body));
  const random = seededRandom(`${seed}/creates`);
  return Array.from({ length: count }, (_, index) => {
    const base = pick(recorded, random);
    return {
      title: `create ${index} of ${base.file}: ${base.name}`,
      group: "create",
      run: (ask, own, id) => create({ ask, base, vocabulary, id, random: own }),
    };
  });
}

interface Creation {
  readonly ask: Ask;
  readonly base: RecordedRequest;
  readonly vocabulary: Vocabulary;
  readonly id: string;
  readonly random: Random;
}

async function create({ ask, base, vocabulary, id, random }: Creation): Promise<void> {
  const { path, body, query } = filled(base, { namespace: "default", id });
  const { value } = mutatedSome(body, { random, vocabulary });
  const parameters = new URLSearchParams(query);
  parameters.set("dryRun", "All");
  if (random.float() < 0.3) parameters.set("fieldValidation", pick(["Strict", "Warn", "Ignore"], random));
  await ask({ do: `POST ${path}?${parameters}`, body: value });
}

/** One change mostly, sometimes more. */
export function mutatedSome(
  value: unknown,
  options: { readonly random: Random; readonly vocabulary: Vocabulary; readonly keep?: RegExp },
): Mutation {
  const draw = options.random.float();
  const changes = draw < 0.7 ? 1 : draw < 0.9 ? 2 : 3;
  const first = mutated(value, options);
  return Array.from({ length: changes - 1 }).reduce<Mutation>(({ value }) => mutated(value, options), first);
}
