import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice, Service } from "../api/index.ts";
import { answer, type ClusterNames, type DnsRecord, type RecordType } from "./answer.ts";

const ZONE = "cluster.local";

function service(name: string, spec: object): Service {
  return { metadata: { namespace: "default", name }, spec } as unknown as Service;
}

const services = new Map(
  [
    service("web", { clusterIP: "10.96.0.7", ports: [{ name: "http", port: 80, protocol: "TCP" }] }),
    service("db", { clusterIP: "None", ports: [{ name: "sql", port: 5432 }] }),
    service("empty", { clusterIP: "None", ports: [] }),
    service("away", { type: "ExternalName", externalName: "example.com" }),
  ].map((each) => [each.metadata.name, each]),
);
const slice = {
  metadata: { namespace: "default", name: "db-1", labels: { "kubernetes.io/service-name": "db" } },
  ports: [{ name: "sql", port: 5432, protocol: "TCP" }],
  endpoints: [
    { addresses: ["10.244.0.2"], hostname: "db-0", conditions: { ready: true } },
    { addresses: ["10.244.0.3"], conditions: { ready: true } },
    { addresses: ["10.244.0.4"], conditions: { ready: false } },
  ],
} as unknown as EndpointSlice;
const names: ClusterNames = {
  service: (namespace, name) => (namespace === "default" ? services.get(name) : undefined),
  slicesOf: (_, name) => (name === "db" ? [slice] : []),
  serviceByIP: (ip) => [...services.values()].find((each) => each.spec.clusterIP === ip),
  slicesByIP: (ip) => (slice.endpoints!.some((one) => one.addresses.includes(ip)) ? [slice] : []),
  hasNamespace: (name) => name === "default",
};

function check(name: string, type: RecordType, expected: string[] | "noSuchName" | "notOurs") {
  const result = answer({ name, type }, ZONE, names);
  const seen = result.outcome === "found" ? result.answers.map(text) : result.outcome;
  assert.deepEqual(seen, expected, `${type} ${name}`);
}

function text({ type, data }: DnsRecord): string {
  return typeof data === "string"
    ? `${type} ${data}`
    : `${type} ${data.priority} ${data.weight} ${data.port} ${data.target}`;
}

test("a service's name leads to its address, in any case, and exists for other types", () => {
  check("web.default.svc.cluster.local", "A", ["A 10.96.0.7"]);
  check("WEB.Default.svc.cluster.local.", "A", ["A 10.96.0.7"]);
  check("web.default.svc.cluster.local", "AAAA", []);
  check("_http._tcp.web.default.svc.cluster.local", "SRV", ["SRV 0 100 80 web.default.svc.cluster.local"]);
  check("_http._udp.web.default.svc.cluster.local", "SRV", "noSuchName");
});

test("a headless service's name leads to its ready pods, each with a name of its own", () => {
  check("db.default.svc.cluster.local", "A", ["A 10.244.0.2", "A 10.244.0.3"]);
  check("db-0.db.default.svc.cluster.local", "A", ["A 10.244.0.2"]);
  check("10-244-0-3.db.default.svc.cluster.local", "A", ["A 10.244.0.3"]);
  check("db-9.db.default.svc.cluster.local", "A", "noSuchName");
  check("_sql._tcp.db.default.svc.cluster.local", "SRV", [
    "SRV 0 50 5432 db-0.db.default.svc.cluster.local",
    "SRV 0 50 5432 10-244-0-3.db.default.svc.cluster.local",
  ]);
  check("empty.default.svc.cluster.local", "A", "noSuchName");
});

test("other names: external ones, pods', the schema's version, none", () => {
  check("away.default.svc.cluster.local", "A", ["CNAME example.com"]);
  check("10-244-0-9.default.pod.cluster.local", "A", ["A 10.244.0.9"]);
  check("10-244-0-999.default.pod.cluster.local", "A", "noSuchName");
  check("10-244-0-9.nowhere.pod.cluster.local", "A", "noSuchName");
  check("dns-version.cluster.local", "TXT", ["TXT 1.1.0"]);
  check("nothing.default.svc.cluster.local", "A", "noSuchName");
  check("default.svc.cluster.local", "A", []);
  check("nowhere.svc.cluster.local", "A", "noSuchName");
  check("example.com", "A", "notOurs");
});

test("addresses lead back to names; strangers' are somebody else's to answer", () => {
  check("7.0.96.10.in-addr.arpa", "PTR", ["PTR web.default.svc.cluster.local"]);
  check("2.0.244.10.in-addr.arpa", "PTR", ["PTR db-0.db.default.svc.cluster.local"]);
  check("8.8.8.8.in-addr.arpa", "PTR", "notOurs");
});
