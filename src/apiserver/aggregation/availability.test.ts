import assert from "node:assert/strict";
import { test } from "node:test";
import { type APIService, EndpointSlice, Service } from "../../api/index.ts";
import { missingOf } from "./availability.ts";

const asked = { metadata: { name: "v1.x.example" }, spec: { service: { namespace: "n", name: "s", port: 443 } } };
const port = { name: "https", port: 443 };
const endpoint = { addresses: ["10.0.0.1"] };

function reads(services: readonly object[], slices: readonly object[] = []) {
  const cached = (kind: unknown) => (kind === Service ? services : kind === EndpointSlice ? slices : []);
  return { cached } as never;
}

const service = (spec: object) => ({ metadata: { name: "s" }, spec: { type: "ClusterIP", ports: [port], ...spec } });
const slice = (more: object) => ({
  metadata: { labels: { "kubernetes.io/service-name": "s" } },
  ports: [port],
  endpoints: [endpoint],
  ...more,
});

test("an aggregated API service says what is missing on the way to its server", () => {
  const cases: readonly [string | undefined, unknown][] = [
    ["ServiceNotFound", reads([])],
    ["ServicePortError", reads([service({ ports: [{ name: "x", port: 9 }] })])],
    ["EndpointsNotFound", reads([service({})])],
    ["MissingEndpoints", reads([service({})], [slice({ endpoints: [] })])],
    ["MissingEndpoints", reads([service({})], [slice({ ports: [{ name: "other", port: 443 }] })])],
    ["MissingEndpoints", reads([service({})], [slice({ endpoints: [{ ...endpoint, conditions: { ready: false } }] })])],
    [undefined, reads([service({})], [slice({})])],
    [undefined, reads([service({ type: "ExternalName", externalName: "x.example" })])],
  ];
  for (const [reason, state] of cases)
    assert.equal(missingOf(asked as unknown as APIService, state as never)?.reason, reason);
});
