import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Side } from "../exchange.ts";
import { type Hook, HttpAnswer, type Review } from "../hook-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: requests and answers of any kind, which are taken apart
type Json = any;

/** Apart, so that of hooks that are asked at the same time one says no first. */
const APART_MS = 30;
const LONG = "ä".repeat(300);

type Respond = (request: Json) => Json;

const typed =
  (respond: Respond, review: Json = {}) =>
  ({ apiVersion, kind, request }: Review): Json => ({
    apiVersion,
    kind,
    response: { uid: request.uid, allowed: true, ...respond(request) },
    ...review,
  });

/** Whether a request is one of those with which hooks misbehave; with the others all do well. */
function isOdd({ object, oldObject }: Json): boolean {
  const { metadata } = object ?? oldObject ?? {};
  return metadata === undefined || metadata.labels?.app === "b";
}

const atTimes =
  (hook: (review: Review) => unknown): ((review: Review) => unknown) =>
  (review) =>
    isOdd(review.request) ? hook(review) : typed(() => ({}))(review);

const denying = (status?: Json) => atTimes(typed(() => ({ allowed: false, ...(status && { status }) })));
const saying = (response: Json, review: Json = {}) => atTimes(typed(() => response, review));
const failing = (...answer: ConstructorParameters<typeof HttpAnswer>) => atTimes(() => new HttpAnswer(...answer));
const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
const patchWith = (value: unknown) => ({ patchType: "JSONPatch", patch: base64(value) });

type Operations = (request: Json) => unknown;

/** Of what is deleted nothing can be changed; one in a few hooks tries. */
const patching = (operations: Operations) =>
  typed((request) => (request.object?.metadata ? patchWith(operations(request)) : {}));
const patchingAtTimes = (operations: Operations) => atTimes(typed((request) => patchWith(operations(request))));

const set = (path: string, value: unknown) => ({ op: "add", path, value });
const labelled =
  (labels: Json): Operations =>
  ({ object }) => [set("/metadata/labels", { ...object.metadata?.labels, ...labels })];

/** How hooks of both kinds answer, by name. */
const COMMON: Readonly<Record<string, (review: Review) => unknown>> = {
  allow: typed(() => ({})),
  deny: denying(),
  denycode: denying({ code: 418, message: "short and stout", reason: "Teapot" }),
  denyreason: denying({ reason: "Forbidden" }),
  denymessage: denying({ message: "not today", code: 200 }),
  denyfull: denying({
    status: "Success",
    code: 422,
    message: "wrong",
    reason: "Invalid",
    details: {
      name: "n",
      group: "g",
      kind: "k",
      uid: "u",
      retryAfterSeconds: 3,
      causes: [{ reason: "FieldValueInvalid", message: "bad", field: "spec.x" }],
    },
    metadata: { resourceVersion: "3" },
  }),
  denysmall: denying({ code: 100, message: "" }),
  denynotfound: denying({ code: 404, reason: "NotFound", message: "gone" }),
  denylater: denying({ code: 429, reason: "TooManyRequests", message: "later", details: { retryAfterSeconds: 1 } }),
  allowedwithstatus: saying({ status: { code: 500, message: "ignored" } }),
  warn: saying({ warnings: ["mind the gap", "mind the gap", "and the step"] }),
  warnodd: saying({ warnings: ["", LONG, 'with "quotes" and \\', "two\nlines", "日本"] }),
  warnmany: typed(() => ({ warnings: Array.from({ length: 30 }, (_, index) => `${index} ${"x".repeat(240)}`) })),
  warndeny: atTimes(typed(() => ({ allowed: false, warnings: ["refused with a warning"] }))),
  annotate: typed(() => ({ auditAnnotations: { a: "b", "c d": "e" } })),
  uid: saying({ uid: "another" }),
  nouid: saying({ uid: null }),
  kind: saying({}, { kind: "Other" }),
  group: saying({}, { apiVersion: "other.k8s.io/v1" }),
  version: saying({}, { apiVersion: "admission.k8s.io/v3" }),
  untyped: atTimes(({ request }) => ({ response: { uid: request.uid, allowed: true } })),
  noresponse: saying({}, { response: undefined }),
  nullresponse: saying({}, { response: null }),
  textresponse: saying({}, { response: "yes" }),
  textallowed: saying({ allowed: "yes" }),
  textwarnings: saying({ warnings: "careful" }),
  numberwarnings: saying({ warnings: [1] }),
  notallowed: saying({ allowed: undefined }),
  unknownfield: saying({ also: 1 }, { more: true }),
  statustext: saying({ status: "no" }),
  codetext: saying({ allowed: false, status: { code: "400" } }),
  annotationnumber: saying({ auditAnnotations: { a: 1 } }),
  list: atTimes(() => []),
  text: atTimes(() => "text"),
  null: atTimes(() => null),
  empty: failing(200, ""),
  garbage: failing(200, "garbage"),
  half: failing(200, '{"kind": "AdmissionReview", "apiVersion": '),
  yaml: atTimes(
    ({ apiVersion, kind, request }) =>
      new HttpAnswer(200, `apiVersion: ${apiVersion}\nkind: ${kind}\nresponse: {allowed: true, uid: ${request.uid}}\n`),
  ),
  plain: atTimes(
    (review) => new HttpAnswer(200, JSON.stringify(typed(() => ({}))(review)), { "content-type": "text/plain" }),
  ),
  created: atTimes((review) => new HttpAnswer(201, JSON.stringify(typed(() => ({}))(review)))),
  nocontent: failing(204, ""),
  redirect: failing(302, "", { location: "/elsewhere" }),
  http400: failing(400, "bad"),
  http401: failing(401, "who"),
  http403: failing(403, "no"),
  http404: failing(404, "404 page not found\n", { "content-type": "text/plain; charset=utf-8" }),
  http409: failing(409, "conflict", { "content-type": "text/plain" }),
  http418: failing(418, "teapot", { "content-type": "text/plain" }),
  http500: failing(500, "out of order"),
  http500text: failing(500, "out of order\nand more", { "content-type": "text/plain" }),
  http503: failing(503, "busy"),
  status: atTimes(() => ({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: "a status",
    code: 409,
    reason: "Conflict",
  })),
  statussuccess: atTimes(() => ({ kind: "Status", apiVersion: "v1", status: "Success" })),
  httpstatus: failing(
    400,
    JSON.stringify({
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "a status",
      code: 403,
      reason: "Forbidden",
    }),
  ),
  slow: atTimes(() => undefined),
  patchtyped: saying({ patchType: "JSONPatch" }),
  patchuntyped: saying({ patch: base64([]) }),
  patchodd: saying({ patchType: "MergePatch", patch: base64({}) }),
  patched: saying(patchWith([set("/metadata/annotations", { patched: "yes" })])),
  patchbad64: saying({ patchType: "JSONPatch", patch: "???" }),
};

/** How hooks answer that may change what they are shown. */
const MUTATING: Readonly<Record<string, (review: Review) => unknown>> = {
  label: patching(labelled({ hooked: "yes" })),
  tier: patching(labelled({ tier: "x" })),
  appa: patching(labelled({ app: "a" })),
  appb: patching(labelled({ app: "b" })),
  counting: patching(({ object }) => [
    set("/metadata/annotations", {
      ...object.metadata.annotations,
      count: String(Number(object.metadata.annotations?.count ?? 0) + 1),
    }),
  ]),
  nothing: patching(() => []),
  same: patching(({ object }) => [set("/metadata/name", object.metadata.name ?? "")]),
  tested: patching(() => [{ op: "test", path: "/metadata/name", value: "no-such" }]),
  unlabelled: patchingAtTimes(() => [{ op: "remove", path: "/metadata/labels" }]),
  data: patching(({ object }) => ("data" in object ? [set("/data/added", "eA==")] : [])),
  replicas: patching(({ object }) => (object.spec?.replicas !== undefined ? [set("/spec/replicas", 4)] : [])),
  image: patching(({ object }) =>
    object.spec?.containers ? [set("/spec/containers/0/image", "hooked"), set("/spec/priority", 0)] : [],
  ),
  container: patching(({ object }) =>
    object.spec?.containers ? [set("/spec/containers/-", { name: "side", image: "side" })] : [],
  ),
  finalizer: patching(() => [set("/metadata/finalizers", ["example.com/hooked"])]),
  owners: patchingAtTimes(() => {
    const owner = { apiVersion: "v1", kind: "Pod", name: "o", uid: "u" };
    return [set("/metadata/ownerReferences", [owner, owner])];
  }),
  badlabel: patchingAtTimes(labelled({ bad: "a b" })),
  name: patchingAtTimes(() => [set("/metadata/name", "other")]),
  generate: patchingAtTimes(() => [set("/metadata/generateName", "other-")]),
  namespace: patchingAtTimes(() => [set("/metadata/namespace", "other")]),
  uids: patchingAtTimes(() => [set("/metadata/uid", "11111111-2222-3333-4444-555555555555")]),
  times: patchingAtTimes(() => [set("/metadata/creationTimestamp", "2001-02-03T04:05:06Z")]),
  deletion: patchingAtTimes(() => [set("/metadata/deletionTimestamp", "2001-02-03T04:05:06Z")]),
  generation: patchingAtTimes(() => [set("/metadata/generation", 7)]),
  resourceversion: patchingAtTimes(() => [set("/metadata/resourceVersion", "1")]),
  badversion: patchingAtTimes(() => [set("/metadata/resourceVersion", "x")]),
  managers: patchingAtTimes(() => [set("/metadata/managedFields", [])]),
  nomanagers: patchingAtTimes(({ object }) =>
    object?.metadata?.managedFields ? [{ op: "remove", path: "/metadata/managedFields" }] : [],
  ),
  oddmanagers: patchingAtTimes(() => [
    set("/metadata/managedFields", [
      { manager: "m", operation: "Odd", fieldsType: "FieldsV1", fieldsV1: { "f:x": {} } },
    ]),
  ]),
  renamedmanagers: patchingAtTimes(({ object }) =>
    (object?.metadata?.managedFields ?? []).map((_: Json, index: number) =>
      set(`/metadata/managedFields/${index}/manager`, "renamed"),
    ),
  ),
  kinds: patchingAtTimes(() => [set("/kind", "Other")]),
  nokind: patchingAtTimes(() => [{ op: "remove", path: "/kind" }]),
  versions: patchingAtTimes(() => [set("/apiVersion", "other.example.com/v2")]),
  unknown: patchingAtTimes(() => [set("/unknown", { a: 1 }), set("/metadata/unknown", 1)]),
  status: patching(({ object }) => ("status" in object ? [set("/status", { phase: "on", replicas: 3 })] : [])),
  oddtype: patchingAtTimes(() => [set("/metadata/labels", "odd")]),
  oddlabel: patchingAtTimes(() => [set("/metadata/labels", { a: 1 })]),
  nulls: patchingAtTimes(() => [set("/metadata/labels", null), set("/metadata/annotations", {})]),
  bare: patchingAtTimes(() => [{ op: "remove", path: "/metadata" }]),
  whole: patchingAtTimes(() => [{ op: "replace", path: "", value: {} }]),
  missing: patchingAtTimes(() => [{ op: "remove", path: "/nope/never" }]),
  oddop: patchingAtTimes(() => [{ op: "improve", path: "/metadata" }]),
  nopath: patchingAtTimes(() => [{ op: "add", value: 1 }]),
  patchobject: patchingAtTimes(() => ({ op: "add" })),
  patchtext: patchingAtTimes(() => "no json"),
  patchnull: patchingAtTimes(() => "null"),
  spec: patchingAtTimes(() => [set("/spec", { replicas: -1 })]),
  move: patchingAtTimes(() => [{ op: "move", from: "/metadata/labels", path: "/metadata/annotations" }]),
  copy: patchingAtTimes(() => [{ op: "copy", from: "/metadata/labels/app", path: "/metadata/labels/copied" }]),
  patchdeny: atTimes(typed(() => ({ allowed: false, ...patchWith([set("/metadata/labels", { a: "b" })]) }))),
};

export const VALIDATING_ANSWERS = Object.keys(COMMON);
export const MUTATING_ANSWERS = Object.keys({ ...COMMON, ...MUTATING });
/** Those that can't be asked often: one waits for them. */
export const SLOW_ANSWERS: ReadonlySet<string> = new Set(["slow"]);

interface Seen {
  readonly hook: string;
  readonly place: number;
  readonly query: string;
  readonly review: Json;
}

/** Hooks that remember what they were asked, by the script that they are there for. */
export class AdmissionHooks {
  readonly #seen = new Map<string, { mutating: Seen[]; validating: Seen[] }>();

  /** `admit/SCRIPT/mutating|validating/PLACE/ANSWER`. */
  readonly hooks: Readonly<Record<string, Hook>> = { admit: (review, rest) => this.#answer(review, rest) };

  async #answer(review: Review, rest: string): Promise<unknown> {
    const [path = "", query = ""] = rest.split("?");
    const [, script = "", kind = "", place = "", answer = ""] = path.split("/");
    const kept = structuredClone(review);
    kept.request.uid = "<review>";
    const seen = this.#of(script)[kind as "mutating" | "validating"];
    seen.push({ hook: answer, place: Number(place), query, review: kept });
    if (kind === "validating") await delay(Number(place) * APART_MS);
    return (MUTATING[answer] ?? COMMON[answer])!(review);
  }

  #of(script: string) {
    return this.#seen.getOrInsertComputed(script, () => ({ mutating: [], validating: [] }));
  }

  /** What a script's hooks were asked since this was called last; those that refuse are asked at the same time. */
  taken(script: string): unknown {
    const { mutating, validating } = this.#of(script);
    this.#seen.delete(script);
    return { mutating, validating: validating.toSorted((a, b) => a.place - b.place) };
  }

  /** A server of which a script can ask, beside, what its hooks were asked: `HOOKS script`. */
  watching(side: Side): Side {
    const ask: Side["ask"] = async (request, course) => {
      const [method, script] = request.do.split(" ");
      if (method !== "HOOKS") return side.ask(request, course);
      return { status: 200, headers: {}, body: this.taken(script!) } satisfies Answer;
    };
    return { name: side.name, ask, [Symbol.asyncDispose]: () => side[Symbol.asyncDispose]() };
  }
}
