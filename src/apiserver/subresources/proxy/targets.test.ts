import assert from "node:assert/strict";
import { test } from "node:test";
import { type Endpoints, type Node, parseIp, type Pod, type Service } from "../../../api/index.ts";
import {
  endpointsOf,
  endpointTarget,
  isGlobalUnicast,
  nodeTarget,
  podTarget,
  proxyName,
  servicePortName,
} from "./targets.ts";

test("a name may say a scheme and a port", () => {
  assert.deepEqual(proxyName("p", "pod"), { scheme: "http", name: "p", port: "" });
  assert.deepEqual(proxyName("p:web", "pod"), { scheme: "http", name: "p", port: "web" });
  assert.deepEqual(proxyName("https:p:", "pod"), { scheme: "https", name: "p", port: "" });
  assert.deepEqual(proxyName(":p:1", "pod"), { scheme: "http", name: "p", port: "1" });
  for (const wrong of ["", "ftp:p:1", "a:b:c:d", "https::1"])
    assert.throws(() => proxyName(wrong, "service"), { message: `invalid service request ${JSON.stringify(wrong)}` });
});

test("an address of this machine, of the link or of many is none of another's", () => {
  const allowed = (text: string) => isGlobalUnicast(parseIp(text)!);
  for (const address of ["10.0.0.1", "192.168.1.1", "8.8.8.8", "fd00::1", "2001:db8::1"])
    assert.ok(allowed(address), address);
  const refused = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "::"];
  for (const address of [...refused, "fe80::1", "ff02::1", "::ffff:127.0.0.1"]) assert.ok(!allowed(address), address);
});

const pod = (ip: string, ports: number[] = []) =>
  ({
    spec: { containers: [{}, { ports: ports.map((containerPort) => ({ containerPort })) }] },
    status: { podIPs: [{ ip }] },
  }) as unknown as Pod;

test("a pod is reached at its own address, at the port asked for or the first it tells of", () => {
  assert.deepEqual(podTarget(proxyName("p", "pod"), pod("10.0.0.1", [8080, 1])), {
    scheme: "http",
    host: "10.0.0.1",
    port: "8080",
  });
  assert.deepEqual(podTarget(proxyName("https:p:9", "pod"), pod("10.0.0.1", [8080])), {
    scheme: "https",
    host: "10.0.0.1",
    port: "9",
  });
  assert.equal(podTarget(proxyName("p", "pod"), pod("fd00::1")).port, undefined);
  for (const address of ["", "127.0.0.1", "example.com"])
    assert.throws(() => podTarget(proxyName("p:1", "pod"), pod(address)), { message: "address not allowed" });
  for (const port of ["web", "0", "65536", "1@example.com"])
    assert.throws(() => podTarget(proxyName(`p:${port}`, "pod"), pod("10.0.0.1")), /invalid port/);
});

test("a service's port is found by number; its endpoints only where they name their pod", () => {
  const service = { spec: { ports: [{ port: 80, name: "web" }, { port: 81 }] } } as unknown as Service;
  assert.equal(servicePortName(proxyName("s:80", "service"), service), "web");
  assert.equal(servicePortName(proxyName("s:81", "service"), service), "");
  assert.throws(() => servicePortName(proxyName("s:82", "service"), service), {
    message: 'no service port 82 found for service "s"',
  });
  const addresses = [
    { ip: "10.0.0.1", targetRef: { kind: "Pod", namespace: "ns", name: "a" } },
    { ip: "10.0.0.2" },
    { ip: "10.0.0.3", targetRef: { kind: "Pod", namespace: "other", name: "c" } },
  ];
  const endpoints = { subsets: [{ addresses, ports: [{ port: 8080, name: "web" }] }] } as unknown as Endpoints;
  assert.deepEqual(endpointsOf(endpoints, "web", "ns"), [{ ip: "10.0.0.1", port: 8080, pod: "a" }]);
  assert.deepEqual(endpointsOf(endpoints, "", "ns"), []);
});

test("an endpoint counts when its pod has that address, which is none of this machine", () => {
  const at = (ip: string, of: Pod | undefined) => endpointTarget({ ip, port: 1, pod: "a" }, of, "http");
  assert.deepEqual(at("10.0.0.1", pod("10.0.0.1")), { scheme: "http", host: "10.0.0.1", port: "1" });
  assert.equal(at("10.0.0.1", pod("10.0.0.2")), undefined);
  assert.equal(at("10.0.0.1", undefined), undefined);
  assert.equal(at("127.0.0.1", pod("127.0.0.1")), undefined);
});

test("another port of a node is at its internal address", () => {
  const addresses = [
    { type: "Hostname", address: "a" },
    { type: "ExternalIP", address: "8.8.8.8" },
    { type: "InternalIP", address: "10.0.0.1" },
  ];
  const node = { status: { addresses } } as unknown as Node;
  assert.deepEqual(nodeTarget(proxyName("https:n:9", "node"), node), { scheme: "https", host: "10.0.0.1", port: "9" });
  const local = { status: { addresses: [{ type: "InternalIP", address: "127.0.0.1" }] } } as unknown as Node;
  assert.throws(() => nodeTarget(proxyName("n:9", "node"), local), { message: "address not allowed" });
});
