import { seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { type RecordedRequest, recordedRequests } from "./corpus.ts";
import type { Ask } from "./exchange.ts";
import { pick, type Vocabulary, vocabularyOf } from "./mutate.ts";
import { kindAt, type ShapeOptions } from "./shape.ts";

/** Recorded objects that were made, by kind, so that every kind comes as often as any other. */
interface Bases {
  readonly kinds: readonly (readonly RecordedRequest[])[];
  readonly vocabulary: Vocabulary;
}

export function bases(): Bases {
  const all = recordedRequests().filter(({ type }) => !type);
  const made = all.filter(
    ({ method, status, query, path, body }) =>
      method === "POST" &&
      status === 201 &&
      !query &&
      kindAt(path) &&
      !/\/namespaces\/[^/]+\/[^/]+\/./.test(path) &&
      body,
  );
  const byKind = Map.groupBy(made, ({ path }) => path.replace(/\/namespaces\/[^/]+\/(?=.)/, "/"));
  return { kinds: [...byKind.values()], vocabulary: vocabularyOf(all.map(({ body }) => body)) };
}

/** One object from its making to its end, in a namespace of its own. */
export interface Life {
  readonly ask: Ask;
  readonly base: RecordedRequest;
  readonly id: string;
  readonly options: ShapeOptions;
}

interface Lives {
  /** What the random numbers are drawn for, so that other lives draw others. */
  readonly name: string;
  /** What is done, as titles say it. */
  readonly doing: string;
  readonly seed: number;
  readonly count: number;
  /** About how many requests each takes of the count. */
  readonly requestsPerLife: number;
  readonly isFit?: (base: RecordedRequest) => boolean;
  readonly live: (life: Life) => Promise<void>;
}

/** Lives of objects of every kind that is fit, each begun with a recorded request. */
export function lives({ name, doing, seed, count, requestsPerLife, isFit = () => true, live }: Lives): Script[] {
  const { kinds, vocabulary } = bases();
  const random = seededRandom(`${seed}/${name}`);
  const fit = kinds.filter(([base]) => isFit(base!));
  return Array.from({ length: Math.ceil(count / requestsPerLife) }, (_, index) => {
    const base = pick(pick(fit, random), random);
    return {
      title: `${doing} ${index} of ${base.path}, ${base.file}: ${base.name}`,
      group: base.path.split("/").at(-1)!,
      run: (ask, own, id) => live({ ask, base, id, options: { random: own, vocabulary } }),
    };
  });
}
