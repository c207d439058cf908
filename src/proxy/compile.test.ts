import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice, Service } from "../api/index.ts";
import { type Backend, compile, type ServiceRule } from "./compile.ts";

interface Endpoint {
  readonly ip: string;
  readonly node?: string;
  readonly conditions?: object;
  readonly hints?: object;
}

function service(spec: object, status: object = {}): Service {
  const metadata = { namespace: "default", name: "web" };
  const ports = [{ name: "http", port: 80, nodePort: 30_080, protocol: "TCP" }];
  return {
    metadata,
    spec: { clusterIP: "10.96.0.7", ports, ...spec },
    status: { loadBalancer: {}, ...status },
  } as unknown as Service;
}

function slice(...endpoints: Endpoint[]): EndpointSlice {
  return {
    metadata: { namespace: "default", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: endpoints.map(({ ip, node, conditions, hints }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready: true, serving: true, terminating: false, ...conditions },
      hints,
    })),
  } as unknown as EndpointSlice;
}

const ips = (backends: readonly Backend[]) => backends.map((one) => one.ip).join(" ");

function check(given: { spec?: object; status?: object; endpoints: Endpoint[]; zone?: string }, expected: object) {
  const [rule] = compile({
    services: [service(given.spec ?? {}, given.status)],
    slices: [slice(...given.endpoints)],
    nodeName: "here",
    zone: given.zone,
    family: "IPv4",
  });
  assert.ok(rule);
  const seen = {
    ...rule,
    internal: ips(rule.internal),
    external: ips(rule.external),
    ownExternal: ips(rule.ownExternal),
  };
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(seen[name as keyof ServiceRule], value, name);
}

const here = { ip: "10.0.0.1", node: "here" };
const there = { ip: "10.0.0.2", node: "there" };
const unready = { ready: false, serving: true, terminating: true };
const gone = { ready: false, serving: false, terminating: true };

test("ready backends take the traffic; when there is none, those that still serve while they end", () => {
  check({ endpoints: [here, there] }, { internal: "10.0.0.1 10.0.0.2", external: "10.0.0.1 10.0.0.2" });
  check({ endpoints: [here, { ...there, conditions: unready }] }, { internal: "10.0.0.1" });
  check(
    {
      endpoints: [
        { ...here, conditions: unready },
        { ...there, conditions: gone },
      ],
    },
    { internal: "10.0.0.1" },
  );
  check({ endpoints: [{ ...here, conditions: gone }] }, { internal: "", hasBackends: false });
});

test("a local policy keeps traffic on the node, and tells no backend at all from none here", () => {
  const local = { externalTrafficPolicy: "Local", internalTrafficPolicy: "Local" };
  check(
    { spec: local, endpoints: [here, there] },
    { internal: "10.0.0.1", external: "10.0.0.1", ownExternal: "10.0.0.1 10.0.0.2", externalLocal: true },
  );
  check({ spec: local, endpoints: [there] }, { internal: "", external: "", hasBackends: true });
  check({ spec: local, endpoints: [] }, { internal: "", external: "", hasBackends: false });
});

test("hints for nodes, then for zones, count when every backend has some and one is near", () => {
  const forNode = (name: string) => ({ hints: { forNodes: [{ name }] } });
  const forZone = (name: string) => ({ hints: { forZones: [{ name }] } });
  check(
    {
      endpoints: [
        { ...here, ...forNode("here") },
        { ...there, ...forNode("there") },
      ],
    },
    { internal: "10.0.0.1" },
  );
  check({ endpoints: [{ ...here, ...forNode("here") }, there] }, { internal: "10.0.0.1 10.0.0.2" });
  const zoned = [
    { ...here, ...forZone("a") },
    { ...there, ...forZone("b") },
  ];
  check({ endpoints: zoned, zone: "b" }, { internal: "10.0.0.2" });
  check({ endpoints: zoned, zone: "c" }, { internal: "10.0.0.1 10.0.0.2" });
  check({ endpoints: zoned }, { internal: "10.0.0.1 10.0.0.2" });
});

test("a balancer's addresses come with who may use them; one that works as a proxy needs no rules", () => {
  check(
    {
      spec: { loadBalancerSourceRanges: ["10.0.0.0/8", "fd00::/8"], externalIPs: ["192.0.2.9"] },
      status: { loadBalancer: { ingress: [{ ip: "198.51.100.1" }, { ip: "198.51.100.2", ipMode: "Proxy" }] } },
      endpoints: [here],
    },
    { balancerIPs: ["198.51.100.1"], sourceRanges: ["10.0.0.0/8"], externalIPs: ["192.0.2.9"] },
  );
});

test("clients stay for three hours unless the service says otherwise", () => {
  check({ spec: { sessionAffinity: "ClientIP" }, endpoints: [here] }, { affinitySeconds: 10_800 });
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 5 } };
  check({ spec: { sessionAffinity: "ClientIP", sessionAffinityConfig }, endpoints: [here] }, { affinitySeconds: 5 });
});

test("services without an address of this family have no rules", () => {
  for (const spec of [{ clusterIP: "None" }, { clusterIP: "fd00::1" }, { type: "ExternalName", clusterIP: "" }])
    assert.deepEqual(compile({ services: [service(spec)], slices: [], nodeName: "here", family: "IPv4" }), []);
});
