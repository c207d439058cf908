import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled, type RecordedRequest, recordedRequests } from "./corpus.ts";
import { mutatedSome } from "./create.ts";
import type { Answer, Ask } from "./exchange.ts";
import { pick, type Vocabulary, vocabularyOf, without } from "./mutate.ts";

/** Of each object: updates as a whole, of its status and of its scale, and deletions. */
const UPDATES = 6;
const STATUS_UPDATES = 2;
/** Requests that each script makes, about. */
const REQUESTS_PER_SCRIPT = 12;
const SCALED = /\/(deployments|replicasets|statefulsets|replicationcontrollers)$/;

/** Objects that a recorded POST makes, and changes of what the server says of them. Only the objects themselves are stored. */
export function updates({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const all = recordedRequests();
  const bases = all.filter(
    ({ method, file, status, path, type, query }) =>
      method === "POST" && file.startsWith("kinds/") && status === 201 && !type && !query && isObjectPath(path),
  );
  const vocabulary = vocabularyOf(all.filter(({ type }) => !type).map(({ body }) => body));
  return updatesOf(bases, { vocabulary, random: seededRandom(`${seed}/updates`), count });
}

/** The same of objects that these requests make. */
export function updatesOf(
  bases: readonly RecordedRequest[],
  { vocabulary, random, count }: { readonly vocabulary: Vocabulary; readonly random: Random; readonly count: number },
): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => {
    const base = pick(bases, random);
    return {
      title: `update ${index} of ${base.file}: ${base.name}`,
      // What one makes (a default class, say) may bear on others' objects.
      group: base.path.split("/").at(-1)!,
      run: (ask, own, id) => update({ ask, base, vocabulary, id, random: own }),
    };
  });
}

/** Not a request about something else, such as a review or a binding. */
export function isObjectPath(path: string): boolean {
  return !/reviews$|bindings$|\/(binding|eviction|token)$/.test(path) || /rolebindings$|policybindings$/.test(path);
}

interface Life {
  readonly ask: Ask;
  readonly base: RecordedRequest;
  readonly vocabulary: Vocabulary;
  readonly id: string;
  readonly random: Random;
}

async function update({ ask, base, vocabulary, id, random }: Life): Promise<void> {
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  if (path.includes(namespace)) await makeNamespace(ask, namespace);
  const made = await ask({ do: `POST ${path}`, body });
  if (made.status !== 201) return;
  const own = `${path}/${made.body.metadata.name}`;
  const change = (object: unknown, where: string) => changed({ ask, random, vocabulary, object, where });
  for (let index = 0; index < UPDATES; index++) await change(made.body, own);
  for (let index = 0; index < STATUS_UPDATES; index++) await change(made.body, `${own}/status`);
  if (SCALED.test(path)) {
    const scale = await ask({ do: `GET ${own}/scale` });
    for (let index = 0; index < STATUS_UPDATES; index++) await change(scale.body, `${own}/scale`);
  }
  await remove({ ask, random, vocabulary, own, made });
}

export async function makeNamespace(ask: Ask, name: string): Promise<void> {
  await ask({ do: "POST /api/v1/namespaces", body: { metadata: { name } } });
  await ask({ do: `POST /api/v1/namespaces/${name}/serviceaccounts`, body: { metadata: { name: "default" } } });
}

interface Change {
  readonly ask: Ask;
  readonly random: Random;
  readonly vocabulary: Vocabulary;
  readonly object: unknown;
  readonly where: string;
}

/** Sends an object with changes back, mostly without its version. */
async function changed({ ask, random, vocabulary, object, where }: Change): Promise<void> {
  const plain = without(object, ["metadata", "managedFields"]);
  const sent = random.float() < 0.3 ? plain : without(plain, ["metadata", "resourceVersion"]);
  const { value } = mutatedSome(sent, { random, vocabulary });
  const validation = random.float() < 0.2 ? `&fieldValidation=${pick(["Strict", "Ignore"], random)}` : "";
  await ask({ do: `PUT ${where}?dryRun=All${validation}`, body: value });
}

const OPTIONS: readonly unknown[] = [
  { gracePeriodSeconds: 0 },
  { gracePeriodSeconds: 7 },
  { gracePeriodSeconds: -1 },
  { propagationPolicy: "Foreground" },
  { propagationPolicy: "Orphan" },
  { propagationPolicy: "Background", orphanDependents: true },
  { orphanDependents: true },
  { orphanDependents: false },
  { preconditions: { uid: "x" } },
  { preconditions: { resourceVersion: "1" } },
  { dryRun: ["All"] },
  { ignoreStoreReadErrorWithClusterBreakingPotential: true },
];

interface Removal extends Omit<Change, "object" | "where"> {
  readonly own: string;
  readonly made: Answer;
}

/** Deletes with options, some of which are wrong, and then for good. */
async function remove({ ask, random, vocabulary, own, made }: Removal): Promise<void> {
  const options = { kind: "DeleteOptions", apiVersion: "v1", ...(pick(OPTIONS, random) as object) };
  const { value } = random.float() < 0.5 ? { value: options } : mutatedSome(options, { random, vocabulary });
  await ask({ do: `DELETE ${own}?dryRun=All`, body: value });
  const policy = made.body.kind === "Namespace" ? "" : "&propagationPolicy=Background";
  await ask({ do: `DELETE ${own}?gracePeriodSeconds=0${policy}` });
}
