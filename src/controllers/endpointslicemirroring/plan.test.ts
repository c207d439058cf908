import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoints, EndpointSlice, Service } from "../../api/index.ts";
import { isMirrored, plan } from "./plan.ts";

const endpoints = (subsets: readonly object[], metadata: object = {}): Endpoints =>
  ({ metadata: { name: "s", namespace: "n", uid: "u", ...metadata }, subsets }) as unknown as Endpoints;
const service = (selector?: object): Service => ({ spec: { selector } }) as unknown as Service;
const port = (number: number) => ({ port: number, protocol: "TCP" });
const ip = (address: string) => ({ ip: address });

test("endpoints are mirrored when nobody else makes slices of them", () => {
  assert.equal(isMirrored(endpoints([]), service()), true);
  assert.equal(isMirrored(endpoints([]), service({ a: "b" })), false);
  assert.equal(isMirrored(endpoints([]), undefined), false);
  const labels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  assert.equal(isMirrored(endpoints([], { labels }), service()), false);
});

test("a slice for each family and set of ports; one that is right stays", () => {
  const source = endpoints([
    { addresses: [ip("10.0.0.1"), ip("fd00::1")], notReadyAddresses: [ip("10.0.0.2")], ports: [port(1)] },
    { addresses: [ip("10.0.0.3")], ports: [port(2)] },
  ]);
  const { create } = plan(source, []);
  const say = ({ addressType, endpoints: all }: EndpointSlice) =>
    `${addressType} ${all.map(({ addresses, conditions }) => `${addresses}${conditions?.ready ? "" : "!"}`).join(" ")}`;
  assert.deepEqual(create.map(say), ["IPv4 10.0.0.1 10.0.0.2!", "IPv6 fd00::1", "IPv4 10.0.0.3"]);
  assert.deepEqual(plan(source, create), { create: [], update: [], remove: [] });
  const fewer = plan(endpoints([{ addresses: [ip("10.0.0.9")], ports: [port(1)] }]), create);
  assert.deepEqual([fewer.update.map(say), fewer.remove.length], [["IPv4 10.0.0.9"], 2]);
});
