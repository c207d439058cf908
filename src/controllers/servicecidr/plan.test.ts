import assert from "node:assert/strict";
import { test } from "node:test";
import type { IPAddress, ServiceCIDR } from "../../api/index.ts";
import { FINALIZER, GRACE_MS, overlap, planRange } from "./plan.ts";

const DELETED = "2026-01-01T00:00:00Z";
const NOW = Date.parse(DELETED);

const range = (name: string, cidr: string, more: { deleted?: boolean; ready?: string } = {}) =>
  ({
    metadata: { name, finalizers: [FINALIZER], ...(more.deleted && { deletionTimestamp: DELETED }) },
    spec: { cidrs: [cidr] },
    status: { conditions: [{ type: "Ready", status: more.ready ?? "True", reason: "Terminating" }] },
  }) as unknown as ServiceCIDR;

const address = (name: string, manager = "ipallocator.k8s.io") =>
  ({ metadata: { name, labels: { "ipaddress.kubernetes.io/managed-by": manager } } }) as unknown as IPAddress;

test("a new range is made ready", () => {
  const state = { ranges: [], addresses: [], nowMs: NOW };
  assert.equal(planRange({ range: range("a", "10.0.0.0/24", { ready: "False" }), ...state }).type, "welcome");
  assert.equal(planRange({ range: range("a", "10.0.0.0/24"), ...state }).type, "nothing");
});

test("a range stays while a service has an address that only it holds", () => {
  const gone = range("a", "10.0.0.0/24", { deleted: true });
  const addresses = [address("10.0.0.7")];
  const step = (ranges: readonly ServiceCIDR[], of = addresses, afterMs = GRACE_MS) =>
    planRange({ range: gone, ranges: [gone, ...ranges], addresses: of, nowMs: NOW + afterMs }).type;
  assert.equal(step([]), "hold");
  assert.equal(step([range("b", "10.0.0.0/16")]), "release");
  assert.equal(step([range("b", "10.0.0.0/16", { deleted: true })]), "hold");
  assert.equal(step([], [address("10.0.1.7")]), "release");
  assert.equal(step([], [address("10.0.0.7", "someone")]), "release");
  assert.equal(step([], [], GRACE_MS - 1), "wait");
});

test("ranges overlap when one is within the other", () => {
  assert.ok(overlap(range("a", "10.0.0.0/16"), range("b", "10.0.7.0/24")));
  assert.ok(overlap(range("b", "10.0.7.0/24"), range("a", "10.0.0.0/16")));
  assert.ok(!overlap(range("b", "10.1.7.0/24"), range("a", "10.0.0.0/16")));
  assert.ok(!overlap(range("b", "fd00::/108"), range("a", "10.0.0.0/16")));
});
