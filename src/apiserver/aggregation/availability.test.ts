import assert from "node:assert/strict";
import { test } from "node:test";
import { type APIService, EndpointSlice, Service } from "../../api/index.ts";
import { aggregatedAnswer } from "./aggregated.ts";
import { availabilityOf } from "./availability.ts";

const asked = { metadata: { name: "v1.x.example" }, spec: { service: { namespace: "n", name: "s", port: 443 } } };
const local = { metadata: { name: "v1.apps" }, spec: {} };
const port = { name: "https", port: 443 };
const endpoint = { addresses: ["10.0.0.1"] };

function reads(services: readonly object[], slices: readonly object[] = []) {
  const cached = (kind: unknown) => (kind === Service ? services : kind === EndpointSlice ? slices : [asked, local]);
  return { cached } as never;
}

const service = (spec: object) => ({ metadata: { name: "s" }, spec: { type: "ClusterIP", ports: [port], ...spec } });
const slice = (more: object) => ({
  metadata: { labels: { "kubernetes.io/service-name": "s" } },
  ports: [port],
  endpoints: [endpoint],
  ...more,
});

test("an aggregated API service says what is missing behind it", () => {
  const cases: readonly [string, unknown][] = [
    ["ServiceNotFound", reads([])],
    ["ServicePortError", reads([service({ ports: [{ name: "x", port: 9 }] })])],
    ["EndpointsNotFound", reads([service({})])],
    ["MissingEndpoints", reads([service({})], [slice({ endpoints: [] })])],
    ["MissingEndpoints", reads([service({})], [slice({ ports: [{ name: "other", port: 443 }] })])],
    ["MissingEndpoints", reads([service({})], [slice({ endpoints: [{ ...endpoint, conditions: { ready: false } }] })])],
    ["FailedDiscoveryCheck", reads([service({})], [slice({})])],
    ["FailedDiscoveryCheck", reads([service({ type: "ExternalName" })])],
  ];
  for (const [reason, state] of cases)
    assert.equal(availabilityOf(asked as unknown as APIService, state as never).reason, reason);
});

test("only paths of declared aggregated versions are unavailable", () => {
  const answers = [
    "/apis/x.example/v1",
    "/apis/x.example/v1/things/a",
    "/apis/x.example/v2",
    "/apis/apps/v1",
    "/apis/x.example",
  ];
  assert.deepEqual(
    answers.map((path) => aggregatedAnswer(reads([]), path)?.status),
    [503, 503, undefined, undefined, undefined],
  );
});
