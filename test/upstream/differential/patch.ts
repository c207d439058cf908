import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled, type RecordedRequest, recordedRequests } from "./corpus.ts";
import { mutatedSome } from "./create.ts";
import type { Ask } from "./exchange.ts";
import { pick, type Vocabulary, vocabularyOf } from "./mutate.ts";
import { isObjectPath, makeNamespace } from "./update.ts";

type Json = Record<string, unknown>;

/** Patches that each script sends to its object. */
const PATCHES = 6;
const REQUESTS_PER_SCRIPT = PATCHES + 4;
const MANAGERS = ["one", "one", "two", "three"];
const TYPES = {
  apply: "application/apply-patch+yaml",
  strategic: "application/strategic-merge-patch+json",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
} as const;
const TYPES_DRAWN = ["apply", "apply", "apply", "strategic", "merge", "json"] as const;

/** Objects that a recorded POST makes, patched in all four ways by several managers, one after the other. */
export function patches({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const all = recordedRequests().filter(({ type }) => !type);
  const bases = all.filter(
    ({ method, status, path, query, file, body }) =>
      method === "POST" &&
      file.startsWith("kinds/") &&
      status === 201 &&
      !query &&
      isObjectPath(path) &&
      body.kind &&
      body.metadata?.name,
  );
  const vocabulary = vocabularyOf(all.map(({ body }) => body));
  const random = seededRandom(`${seed}/patches`);
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => {
    const base = pick(bases, random);
    return {
      title: `patch ${index} of ${base.file}: ${base.name}`,
      group: base.path.split("/").at(-1)!,
      run: (ask, own, id) => patch({ ask, base, vocabulary, id, random: own }),
    };
  });
}

interface Life {
  readonly ask: Ask;
  readonly base: RecordedRequest;
  readonly vocabulary: Vocabulary;
  readonly id: string;
  readonly random: Random;
}

async function patch({ ask, base, vocabulary, id, random }: Life): Promise<void> {
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  if (path.includes(namespace)) await makeNamespace(ask, namespace);
  const own = `${path}/${body.metadata.name}`;
  if (random.float() < 0.6) await ask({ do: `POST ${path}`, body });
  for (let index = 0; index < PATCHES; index++) {
    const kind = pick(TYPES_DRAWN, random);
    const query = new URLSearchParams(optionsOf(kind, random));
    const sent =
      kind === "json" ? operations(body, { random, vocabulary }) : partly(kind, body, { random, vocabulary });
    await ask({ do: `PATCH ${own}?${query}`, type: TYPES[kind], body: sent });
  }
  await ask({ do: `GET ${own}` });
  await ask({ do: `DELETE ${own}?gracePeriodSeconds=0&propagationPolicy=Background` });
}

function optionsOf(kind: keyof typeof TYPES, random: Random): Record<string, string> {
  return {
    ...(kind === "apply" && { fieldManager: pick(MANAGERS, random) }),
    ...(kind === "apply" && random.float() < 0.5 && { force: "true" }),
    ...(random.float() < 0.15 && { fieldValidation: pick(["Strict", "Warn", "Ignore"], random) }),
    ...(random.float() < 0.1 && { dryRun: "All" }),
  };
}

interface Drawn {
  readonly random: Random;
  readonly vocabulary: Vocabulary;
}

/** A part of an object, mostly changed; of a strategic patch with directives at times. */
function partly(kind: keyof typeof TYPES, body: Json, { random, vocabulary }: Drawn): unknown {
  const { apiVersion, kind: name, metadata } = body as { apiVersion: string; kind: string; metadata: Json };
  const head = kind === "apply" ? { apiVersion, kind: name, metadata: { name: metadata.name } } : {};
  const part = { ...(partOf(body, random) as Json), ...head };
  const { value } = random.float() < 0.3 ? { value: part } : mutatedSome(part, { random, vocabulary, keep: HEAD });
  return kind === "strategic" ? directed(value, random) : value;
}

const HEAD = /^\/(apiVersion|kind|metadata|metadata\/name)$/;

/** What is left of a value when each of its fields stays with some probability. */
function partOf(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((one) => (random.float() < 0.7 ? one : partOf(one, random)));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key === "name" || random.float() < 0.65);
  return Object.fromEntries(kept.map(([key, one]) => [key, partOf(one, random)]));
}

const DIRECTIVES: readonly ((value: Json, list: string) => Json)[] = [
  (value) => ({ ...value, $patch: "replace" }),
  (value) => ({ ...value, $patch: "delete" }),
  (value) => ({ ...value, $patch: "nope" }),
  (value) => ({ ...value, $retainKeys: Object.keys(value) }),
  (value, list) => ({ ...value, [`$setElementOrder/${list}`]: value[list] ?? ["a"] }),
  (value, list) => ({ ...value, [`$deleteFromPrimitiveList/${list}`]: ["a"] }),
  (value, list) => ({ ...value, [list]: [...((value[list] as unknown[]) ?? []), { $patch: "delete", name: "a" }] }),
];

/** A patch with a directive in one of its maps, sometimes. */
function directed(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  const inner = entries.filter(([, one]) => typeof one === "object" && one !== null && !Array.isArray(one));
  if (inner.length > 0 && random.float() < 0.6) {
    const [key, one] = pick(inner, random);
    return { ...value, [key]: directed(one, random) };
  }
  const lists = entries.filter(([, one]) => Array.isArray(one)).map(([key]) => key);
  return random.float() < 0.5 ? value : pick(DIRECTIVES, random)(value as Json, lists[0] ?? "finalizers");
}

const OPERATIONS = ["add", "remove", "replace", "replace", "move", "copy", "test"] as const;

/** One to three operations on what an object has, some of them at places that it hasn't. */
function operations(body: Json, { random, vocabulary }: Drawn): unknown[] {
  const places = pointersOf(body);
  return Array.from({ length: 1 + Math.floor(random.float() * 3) }, () => {
    const { pointer, value } = pick(places, random);
    const ending = random.float() < 0.85 ? "" : pick(["/x", "/-", "/9", "/-1"], random);
    const op = pick(OPERATIONS, random);
    const given = random.float() < 0.6 ? value : mutatedSome(value, { random, vocabulary }).value;
    return {
      op,
      path: pointer + ending,
      ...(op === "move" || op === "copy" ? { from: pick(places, random).pointer } : {}),
      ...(op === "add" || op === "replace" || op === "test" ? { value: given } : {}),
    };
  });
}

function pointersOf(value: unknown, at = ""): { readonly pointer: string; readonly value: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const pointer = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [{ pointer, value: one }, ...pointersOf(one, pointer)];
  });
}
