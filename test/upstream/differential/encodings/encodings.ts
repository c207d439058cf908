import { DeleteOptions, type KindDefinition } from "../../../../src/api/index.ts";
import type { Random } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import { filled } from "../corpus.ts";
import type { Ask, Request } from "../exchange.ts";
import { grown } from "../grow.ts";
import { type Life, lives } from "../lives.ts";
import { pick, without } from "../mutate.ts";
import { kindAt, type ShapeOptions } from "../shape.ts";
import { makeNamespace } from "../update.ts";
import { acceptOf } from "./accepts.ts";
import { oddBody, plainBody, TYPES, wanted, type Wanted, YAML } from "./bodies.ts";
import { oddYaml, yamlOf } from "./yaml-text.ts";

const STEPS = 16;
const REQUESTS_PER_LIFE = STEPS + 4;

/** Headers that say how an answer was packed. */
const PACKED = ["content-encoding", "vary"];

/** Lives of objects of every kind that are written in protobuf and YAML, rightly and wrongly, and asked back in every form. */
export function encodings({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return lives({ name: "encodings", doing: "encode", seed, count, requestsPerLife: REQUESTS_PER_LIFE, live: life });
}

async function life({ ask, base, id, options }: Life): Promise<void> {
  const { random } = options;
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  const kind = kindAt(path)!;
  if (path.includes(namespace)) await makeNamespace(ask, namespace);
  const made = await ask({ do: `POST ${path}`, ...plainBody(wanted(kind, body), random) });
  const isThere = made.status === 201 && kind.verbs.includes("get");
  const object = UNREPEATED.reduce<unknown>((value, name) => without(value, ["metadata", name]), made.body);
  const thing: Thing = { ask, kind, path, body, object, own: `${path}/${made.body?.metadata?.name}`, options };
  const steps = isThere ? STEPS_OF_OBJECTS : [create];
  for (let step = 0; step < STEPS; step++) await pick(steps, random)(thing);
  if (isThere) await remove(thing, "gracePeriodSeconds=0", { gracePeriodSeconds: 0 });
}

/** What differs from server to server: what is damaged at random is to be the same. */
const UNREPEATED = ["managedFields", "uid", "creationTimestamp", "resourceVersion"];

interface Thing {
  readonly ask: Ask;
  readonly kind: KindDefinition;
  /** Of the collection, and of the object. */
  readonly path: string;
  readonly own: string;
  /** As it was made, and as the server showed it then. */
  readonly body: unknown;
  readonly object: unknown;
  readonly options: ShapeOptions;
}

type Step = (thing: Thing) => Promise<unknown>;

async function create(thing: Thing): Promise<void> {
  await write(thing, `POST ${thing.path}`, thing.body);
}

async function update(thing: Thing): Promise<void> {
  await write(thing, `PUT ${thing.own}`, thing.object);
}

async function updateBelow(thing: Thing): Promise<void> {
  const below = thing.kind.subresources.filter(({ name, verbs }) => verbs.includes("update") && name !== "proxy");
  if (below.length === 0) return update(thing);
  const { name } = pick(below, thing.options.random);
  await write(thing, `PUT ${thing.own}/${name}`, thing.object);
}

/** Half of what is written is as it should be, or nearly. */
async function write({ ask, kind, options }: Thing, where: string, object: unknown): Promise<void> {
  const { random } = options;
  const value = random.float() < 0.3 ? grown(kind, object, options).value : object;
  const make = random.float() < 0.4 ? plainBody : oddBody;
  await ask({
    do: `${where}?dryRun=All${validation(random)}`,
    ...make(wanted(kind, value), random),
    ...taking(random),
  });
}

function validation(random: Random): string {
  return random.float() < 0.4 ? `&fieldValidation=${pick(["Strict", "Strict", "Warn", "Ignore"], random)}` : "";
}

function taking(random: Random): Pick<Request, "accept"> {
  return random.float() < 0.5 ? {} : { accept: acceptOf(random) };
}

const PATCH_TYPES = [
  ...["application/apply-patch+yaml; charset=utf-8", "Application/Apply-Patch+YAML", "application/apply-patch+cbor"],
  ...[
    "application/merge-patch+yaml",
    "application/merge-patch+json; charset=utf-8",
    "application/apply-patch+json",
    ...TYPES,
  ],
];

async function apply({ ask, own, body, options }: Thing): Promise<void> {
  const { random } = options;
  const { name } = { name: own.split("/").at(-1) };
  const given = body as { metadata?: object };
  const value = { ...given, metadata: { ...given.metadata, name, labels: { a: "b" } } };
  const plain = yamlOf(value, random);
  const text = random.float() < 0.3 ? plain : oddYaml(plain, random);
  const type = random.float() < 0.85 ? "application/apply-patch+yaml" : pick(PATCH_TYPES, random);
  const query = `fieldManager=m&force=true&dryRun=All${validation(random)}`;
  await ask({ do: `PATCH ${own}?${query}`, type, body: text, means: { value }, ...taking(random) });
}

const OPTIONS: readonly object[] = [
  ...[
    { gracePeriodSeconds: 0 },
    { gracePeriodSeconds: -1 },
    { propagationPolicy: "Foreground" },
    { propagationPolicy: "x" },
  ],
  ...[{ orphanDependents: false }, { orphanDependents: true, propagationPolicy: "Orphan" }, {}, { dryRun: ["x"] }],
  ...[{ preconditions: { uid: "x" } }, { preconditions: { resourceVersion: "1" } }, { bogus: 1 }],
];
const OPTIONS_VERSIONS = ["v1", "v1", "meta.k8s.io/v1", "apps/v1", "policy/v1", "v9", "", "x/y/z"];
const OPTIONS_KINDS = ["DeleteOptions", "DeleteOptions", "DeleteOptions", "Pod", "Other", ""];

function optionsBody(options: object, random: Random): Wanted {
  const [apiVersion, kind] = [pick(OPTIONS_VERSIONS, random), pick(OPTIONS_KINDS, random)];
  const head = { ...(apiVersion && { apiVersion }), ...(kind && { kind }) };
  return { value: { ...head, ...options, dryRun: ["All"] }, struct: DeleteOptions, apiVersion, kind };
}

async function removeDry(thing: Thing): Promise<void> {
  const { random } = thing.options;
  const name = thing.own.split("/").at(-1);
  const where = random.float() < 0.75 ? `${thing.own}?` : `${thing.path}?fieldSelector=metadata.name%3D${name}&`;
  if (where.startsWith(`${thing.path}?`) && !thing.kind.verbs.includes("deletecollection")) return;
  const body = (random.float() < 0.4 ? plainBody : oddBody)(optionsBody(pick(OPTIONS, random), random), random);
  // What can't be read as options that say so must not delete for good.
  const isSure = /dryRun/.test(String(body.body));
  await thing.ask({ do: `DELETE ${isSure ? where : `${thing.own}x?`}dryRun=All`, ...body, ...taking(random) });
}

async function remove({ ask, own, options, kind }: Thing, query: string, value: object): Promise<void> {
  const policy = kind.kind === "Namespace" ? {} : { propagationPolicy: "Background" };
  const whole = { kind: "DeleteOptions", apiVersion: "v1", ...value, ...policy };
  const { random } = options;
  const body = plainBody({ value: whole, struct: DeleteOptions, apiVersion: "v1", kind: "DeleteOptions" }, random);
  await ask({ do: `DELETE ${own}`, ...body, accept: acceptOf(random) });
  await ask({ do: `DELETE ${own}?${query}` });
}

const PIECES = [
  ...[
    "a",
    " ",
    "  ",
    "\n",
    "\n\n",
    ": ",
    "- ",
    "#",
    " #",
    "'",
    '"',
    "\\",
    "\t",
    "é",
    "😀",
    "\u0001",
    "\u0085",
    "\u2028",
  ],
  ...[
    "\ufeff",
    "\u00a0",
    "{",
    "[",
    ",",
    "&",
    "*",
    "!",
    "|",
    "%",
    "@",
    "?",
    "=",
    "~",
    "null",
    "y",
    "1",
    "0x",
    ".5",
    "_",
  ],
  ...[
    "---",
    "...",
    "2020-01-01",
    "1:30",
    "words and words and words and words ",
    "unbroken".repeat(12),
    "\r",
    "\u007f",
  ],
];

/** Text that is quoted or folded somehow where it is written as YAML. */
async function show({ ask, own, kind, options }: Thing): Promise<void> {
  if (!kind.verbs.includes("patch")) return;
  const { random } = options;
  const note = Array.from({ length: 1 + random.int(12) }, () => pick(PIECES, random)).join("");
  const body = { metadata: { annotations: { note, other: pick(PIECES, random) } } };
  const accept = random.float() < 0.8 ? YAML : acceptOf(random);
  await ask({ do: `PATCH ${own}?dryRun=All`, type: "application/merge-patch+json", body, accept });
}

async function get({ ask, own, options }: Thing): Promise<void> {
  const { random } = options;
  const name = random.float() < 0.9 ? own : `${own}x`;
  await ask({ do: `GET ${name}${shown(random)}`, accept: acceptOf(random), ...packing(random) });
}

async function list({ ask, path, own, kind, options }: Thing): Promise<void> {
  if (!kind.verbs.includes("list")) return;
  const { random } = options;
  const selector = `fieldSelector=metadata.name%3D${own.split("/").at(-1)}`;
  const query = shown(random).replace("?", "&");
  await ask({ do: `GET ${path}?${selector}${query}`, accept: acceptOf(random), ...packing(random) });
}

async function watch({ ask, path, own, kind, options }: Thing): Promise<void> {
  if (!kind.verbs.includes("watch")) return;
  const query = `watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D${own.split("/").at(-1)}`;
  await ask({ do: `GET ${path}?${query}`, accept: acceptOf(options.random) });
}

const SHOWN = [
  "",
  "",
  "",
  "?pretty=true",
  "?pretty=1",
  "?includeObject=None",
  "?includeObject=Object",
  "?includeObject=Metadata",
];
const shown = (random: Random) => pick(SHOWN, random);

const CODINGS = ["gzip", "gzip, deflate", "gzip;q=0", "*", "identity", "br", "deflate,gzip", ""];

function packing(random: Random): Pick<Request, "headers" | "sees"> {
  return random.float() < 0.8 ? {} : { headers: { "accept-encoding": pick(CODINGS, random) }, sees: PACKED };
}

const STEPS_OF_OBJECTS: readonly Step[] = [
  ...[
    create,
    create,
    create,
    update,
    update,
    update,
    updateBelow,
    apply,
    apply,
    apply,
    removeDry,
    get,
    get,
    list,
    list,
    show,
    show,
  ],
  watch,
];
