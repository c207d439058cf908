/** What every object inherits is a word like any other: wherever it stands in a request, the answer is that to any unknown word. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { filled, type RecordedRequest, recordedRequests } from "../upstream/differential/corpus.ts";
import { type Answer, type Call, startServer } from "./server.ts";

const INHERITED = "constructor";
/** Sorts as the other does, and nothing has it. */
const UNKNOWN = "constructos";

type Server = Awaited<ReturnType<typeof startServer>>;

const JSON_TYPE = "application/json";
const NAMES = { namespace: "default", id: "x" };

/** Where a word may stand outside of bodies. */
const CALLS: readonly ((word: string) => Call)[] = [
  (word) => ({ method: "GET", path: `/${word}` }),
  (word) => ({ method: "GET", path: `/apis/${word}/v1` }),
  (word) => ({ method: "GET", path: `/api/v1/${word}` }),
  (word) => ({ method: "GET", path: `/api/v1/namespaces/default/pods/a/${word}` }),
  (word) => ({ method: "GET", path: `/api/v1/componentstatuses/${word}` }),
  (word) => ({ method: "GET", path: `/openapi/v3/${word}` }),
  (word) => ({ method: "GET", path: `/healthz/${word}` }),
  (word) => ({ method: "GET", path: "/readyz", query: `exclude=${word}&verbose` }),
  (word) => ({ method: "GET", path: "/api/v1/pods", query: `fieldSelector=${word}%3Da` }),
  (word) => ({ method: "GET", path: "/api/v1/pods", query: `labelSelector=${word}%3D${word}` }),
  (word) => ({ method: "GET", path: "/api/v1/pods", query: `resourceVersion=1&resourceVersionMatch=${word}` }),
  (word) => ({ method: "DELETE", path: "/api/v1/pods/a", query: `propagationPolicy=${word}` }),
  ...["accept", "content-type", "accept-encoding", "content-encoding"].map((header) => (word: string) => ({
    method: "PATCH",
    path: "/api/v1/namespaces/default",
    headers: { "content-type": JSON_TYPE, [header]: word },
    body: {},
  })),
  ...["json;as", "json;stream", "json;g", "json;v", "json;charset"].map((part) => (word: string) => ({
    method: "GET",
    path: "/api/v1/namespaces",
    headers: { accept: `application/${part}=${word}` },
  })),
  (word) => ({
    method: "GET",
    path: "/api/v1/namespaces",
    headers: { accept: `application/json;as=${word};v=v1;g=meta.k8s.io` },
  }),
];

suite("words that every object inherits", () => {
  test("in paths, queries and headers", () =>
    withServer(async (server) => {
      for (const call of CALLS) await alike(server, call);
    }));

  test("in the texts and as the keys of whatever is created", () =>
    withServer(async (server) => {
      const seen = new Set<string>();
      for (const request of recordedRequests()) {
        if (request.method !== "POST" || request.status !== 201) continue;
        for (const { place, body } of placesIn(request)) {
          const where = `${request.path} ${place.split("/").slice(-2).join("/")}`;
          if (seen.has(where) || SHOWN_OTHERWISE.test(place)) continue;
          seen.add(where);
          await alike(server, (word) => ({
            method: "POST",
            path: filled(request.path, NAMES),
            query: "dryRun=All",
            body: body(word),
          }));
        }
      }
    }));

  test("as fields of a custom kind", async () => {
    const answers = async (word: string) => {
      const all: Comparable[] = [];
      await withServer(async (server) => {
        for (const call of customCalls(word)) all.push(comparable(await server.call(call), word));
      });
      return all;
    };
    const [got, expected] = [await answers(INHERITED), await answers(UNKNOWN)];
    assert.deepEqual(
      expected.map(({ status }) => status),
      STATUSES,
    );
    for (const [index, { method, path }] of customCalls("").entries())
      assert.deepEqual(got[index], expected[index], `${method} ${path}, call ${index}`);
  });
});

/** So that what is compared is more than refusals. */
const STATUSES = [201, 201, 201, 422, 200, 200, 422, 200, 201, 200, 200, 200, 422, 422, 201, 200, 200, 200, 200, 200];

/** A kind whose schema, rules and objects have the word as a field's name, through all its verbs. */
function customCalls(word: string): Call[] {
  const any = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const schema = {
    type: "object",
    ...{ "x-kubernetes-preserve-unknown-fields": true },
    properties: {
      status: any,
      spec: {
        ...any,
        properties: {
          map: { type: "object", additionalProperties: { type: "string" } },
          rules: {
            type: "object",
            additionalProperties: { type: "integer", "x-kubernetes-validations": [{ rule: "self >= oldSelf" }] },
          },
          list: {
            type: "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": [word],
            items: {
              type: "object",
              required: [word],
              properties: { [word]: { type: "string" }, n: { type: "integer" } },
            },
          },
        },
      },
    },
  };
  const versions = [
    {
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      schema: { openAPIV3Schema: schema },
      additionalPrinterColumns: [{ name: "Word", type: "string", jsonPath: `.spec.${word}` }],
      selectableFields: [{ jsonPath: ".spec.map.a" }],
    },
  ];
  const names = { plural: "things", kind: "Thing" };
  const definition = {
    metadata: { name: "things.example.com" },
    spec: { group: "example.com", scope: "Namespaced", names, versions },
  };
  const path = "/apis/example.com/v1/namespaces/default/things";
  const head = { apiVersion: "example.com/v1", kind: "Thing" };
  const thing = (name: string, rest: object = {}) => ({ ...head, metadata: { name }, ...rest });
  const full = {
    [word]: 1,
    map: { [word]: "a" },
    rules: { [word]: 1 },
    list: [{ [word]: "a", n: 1 }, { [word]: "b" }],
  };
  const patch = (type: string, name: string, body: unknown): Call => ({
    method: "PATCH",
    path: `${path}/${name}`,
    query: type.startsWith("apply") ? `fieldManager=${word}` : "",
    headers: { "content-type": `application/${type}` },
    body,
  });
  return [
    { method: "POST", path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: definition },
    { method: "POST", path, body: thing("plain", { spec: {} }) },
    { method: "POST", path, body: thing("full", { [word]: { [word]: 1 }, spec: full }) },
    { method: "POST", path, body: thing("lacking", { spec: { list: [{ n: 1 }] } }) },
    patch("merge-patch+json", "plain", { spec: full, [word]: 1 }),
    patch("merge-patch+json", "plain/status", { [word]: 2, status: { [word]: 1 } }),
    patch("merge-patch+json", "full", { spec: { rules: { [word]: 0 } } }),
    patch("merge-patch+json", "full/status", { status: { [word]: 1 } }),
    { method: "POST", path, body: thing("late") },
    patch("merge-patch+json", "late/status", { [word]: 1, status: {} }),
    patch("merge-patch+json", "late", { [word]: { [word]: 1 }, spec: { rules: { [word]: 1 } } }),
    patch("json-patch+json", "late", [
      { op: "test", path: `/metadata/${word}`, value: null },
      { op: "add", path: "/metadata/labels", value: { [word]: word } },
    ]),
    patch("json-patch+json", "late", [{ op: "remove", path: `/spec/${word}` }]),
    patch("json-patch+json", "late", [{ op: word, path: "" }]),
    patch("apply-patch+yaml", "applied", thing("applied", { [word]: 1, spec: full })),
    patch("apply-patch+yaml", "applied", thing("applied", { spec: { map: {} } })),
    { method: "GET", path, query: `labelSelector=${word}%3D${word}` },
    { method: "GET", path, headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } },
    { method: "GET", path, headers: { accept: "application/yaml" } },
    { method: "DELETE", path: `${path}/full`, body: { preconditions: { [word]: 1 } } },
  ];
}

async function withServer(run: (server: Server) => Promise<void>): Promise<void> {
  const server = await startServer();
  await run(server);
  await server.close();
}

async function alike(server: Server, call: (word: string) => Call): Promise<void> {
  const expected = comparable(await server.call(call(UNKNOWN)), UNKNOWN);
  const { method, path, query = "", headers, body } = call(INHERITED);
  const what = `${method} ${path}?${query} ${JSON.stringify(headers ?? {})} ${JSON.stringify(body)}`;
  const got = comparable(await server.call(call(INHERITED)), INHERITED);
  assert.deepEqual(got, expected, what);
}

interface Comparable {
  readonly status: number;
  readonly text: string;
}

function comparable({ status, text }: Answer, word: string): Comparable {
  return {
    status,
    text: text
      .replaceAll(word, "WORD")
      .replace(/"(uid|creationTimestamp|resourceVersion|clusterIPs?|time)":("[^"]*"|\[[^\]]*\])/g, '"$1":"*"')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UID"),
  };
}

/** What the server goes on with: it encodes the one, and makes a name of the other. */
const SHOWN_OTHERWISE = /\/(stringData|generateName)\b/;

interface Placed {
  /** Pointer, without the indices of lists. */
  readonly place: string;
  readonly body: (word: string) => unknown;
}

function placesIn(request: RecordedRequest): Placed[] {
  const whole = filled(request.body, NAMES);
  const places: Placed[] = [];
  const visit = (value: unknown, place: string, put: (value: unknown) => unknown): void => {
    if (typeof value === "string") places.push({ place, body: put });
    else if (Array.isArray(value))
      value.forEach((one, index) => visit(one, `${place}/-`, (changed) => put(value.with(index, changed))));
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value))
        visit(one, `${place}/${key}`, (changed) => put({ ...value, [key]: changed }));
      places.push({ place: `${place}/*`, body: (word) => put({ ...value, [word]: Object.values(value)[0] ?? "" }) });
    }
  };
  visit(whole, "", (value) => value);
  return places;
}
