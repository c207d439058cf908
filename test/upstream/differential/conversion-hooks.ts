import { type Hook, HttpAnswer, type Review } from "./hook-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any version, which are taken apart
type Json = any;

/** Between v1, whose spec has `host` and `port`, and v2, whose spec has `address`; says in an annotation that it was here. */
function convertThing(object: Json, apiVersion: string): Json {
  const { spec = {}, ...rest } = object;
  const { host, port, address, ...same } = spec;
  const isOld = apiVersion.endsWith("/v1");
  const [first, second] = String(address ?? "").split(":");
  const own = isOld
    ? address !== undefined && { host: first, ...(second !== undefined && { port: Number(second) }) }
    : host !== undefined && { address: port === undefined ? host : `${host}:${port}` };
  return { ...rest, apiVersion, ...("spec" in object && { spec: { ...same, ...own } }) };
}

type Respond = (objects: Json[], request: Json) => Json;

/** A hook that answers in the version of the review that it is asked in. */
const answering =
  (respond: Respond, review: Json = {}): Hook =>
  ({ apiVersion, kind, request }: Review) => {
    const convertedObjects = request.objects.map((one: Json) => convertThing(one, request.desiredAPIVersion));
    const response = respond(convertedObjects, request);
    return { apiVersion, kind, response: { uid: request.uid, result: { status: "Success" }, ...response }, ...review };
  };

const changing = (change: (object: Json) => Json) =>
  answering((objects) => ({ convertedObjects: objects.map((one) => change(structuredClone(one))) }));

const withMetadata = (metadata: Json) =>
  changing((object) => ({ ...object, metadata: { ...object.metadata, ...metadata } }));

/** Hooks that do well, and those that don't, each in its way. */
export const CONVERSION_HOOKS: Readonly<Record<string, Hook>> = {
  good: answering((convertedObjects) => ({ convertedObjects })),
  labels: withMetadata({ labels: { converted: "yes" }, annotations: { note: "converted" } }),
  extra: changing((object) => ({ ...object, spec: { ...object.spec, unknown: 1 }, also: true })),
  defaults: changing(({ spec: { size: _, ...spec } = {} as Json, ...object }) => ({ ...object, spec })),
  finalizers: withMetadata({ finalizers: ["a.example/b"], generation: 77, resourceVersion: "1", ownerReferences: [] }),
  invalid: changing((object) => ({ ...object, spec: { ...object.spec, size: -5 } })),
  empty: answering(() => ({ convertedObjects: [] })),
  more: answering((objects) => ({ convertedObjects: [...objects, ...objects] })),
  none: answering(() => ({})),
  refused: answering(() => ({ result: { status: "Failure", message: "not today" } })),
  silent: answering(() => ({ result: { status: "Failure" } })),
  unsaid: answering((convertedObjects) => ({ convertedObjects, result: {} })),
  uid: answering((convertedObjects) => ({ convertedObjects, uid: "another" })),
  kind: changing((object) => ({ ...object, kind: "Other" })),
  version: changing((object) => ({ ...object, apiVersion: "other.example.com/v2" })),
  untyped: changing(({ kind: _, ...object }) => object),
  name: withMetadata({ name: "other" }),
  namespace: withMetadata({ namespace: "other" }),
  object: withMetadata({ uid: "other" }),
  bare: changing(({ metadata: _, ...object }) => object),
  odd: changing((object) => ({ ...object, metadata: "odd" })),
  label: withMetadata({ labels: { ok: 1 } }),
  badlabel: withMetadata({ labels: { "-": "a b" } }),
  annotation: withMetadata({ annotations: { "-": "x" } }),
  nolabels: withMetadata({ labels: null, annotations: null }),
  listlabels: withMetadata({ labels: [] }),
  null: answering((objects) => ({ convertedObjects: objects.map(() => null) })),
  text: answering((objects) => ({ convertedObjects: objects.map(() => "text") })),
  review: answering((convertedObjects) => ({ convertedObjects }), { kind: "AdmissionReview" }),
  group: answering((convertedObjects) => ({ convertedObjects }), { apiVersion: "admission.k8s.io/v1" }),
  nothing: ({ apiVersion, kind }) => ({ apiVersion, kind }),
  garbage: () => new HttpAnswer(200, "garbage"),
  failing: () => new HttpAnswer(500, "out of order"),
  forbidding: () => new HttpAnswer(403, "no"),
  status: () => ({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: "a status",
    code: 400,
    reason: "BadRequest",
  }),
  otherwise: ({ request }) => ({
    apiVersion: "apiextensions.k8s.io/v1beta1",
    kind: "ConversionReview",
    response: {
      uid: "any",
      result: { status: "Success" },
      convertedObjects: request.objects.map((one: Json) => convertThing(one, request.desiredAPIVersion)),
    },
  }),
};
