import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceClass, DynamicResourceClaim, ResourceSlice } from "../api/index.ts";
import { allocate } from "./allocate.ts";
import { node } from "./testing/objects.ts";

const slice = (devices: readonly object[], spec: object = { nodeName: "a" }): ResourceSlice =>
  ({
    spec: { driver: "d", pool: { name: "p", generation: 1, resourceSliceCount: 1 }, devices, ...spec },
  }) as unknown as ResourceSlice;
const claim = (requests: readonly object[], more: object = {}): DynamicResourceClaim =>
  ({
    metadata: { namespace: "n", name: "c" },
    spec: { devices: { requests, ...more } },
  }) as unknown as DynamicResourceClaim;
const exactly = (name: string, more: object = {}) => ({ name, exactly: { deviceClassName: "c", ...more } });
const only = (name: string) => ({ selectors: [{ cel: { expression: name } }] });
const class_ = { metadata: { name: "c" }, spec: { config: [{ opaque: { driver: "d" } }] } } as unknown as DeviceClass;

function check(
  name: string,
  given: { requests: readonly object[]; more?: object; slices: readonly ResourceSlice[]; taken?: readonly string[] },
  expected: readonly string[] | undefined,
): void {
  test(`allocate: ${name}`, () => {
    const allocation = allocate({
      claim: claim(given.requests, given.more),
      node: node("a", { labels: { rack: "7" } }),
      slices: given.slices,
      deviceClass: (wanted) => (wanted === "c" ? class_ : undefined),
      taken: new Set(given.taken),
      selects: (expression, { device }) => device.name === expression,
    }) as { devices: { results: { request: string; device: string }[] } } | undefined;
    assert.deepEqual(
      allocation?.devices.results.map(({ request, device }) => `${request}=${device}`),
      expected,
    );
  });
}

const two = [slice([{ name: "g0" }, { name: "g1" }])];
check("the first that is free", { requests: [exactly("r")], slices: two, taken: ["d/p/g0"] }, ["r=g1"]);
check("as many as wanted", { requests: [exactly("r", { count: 2 })], slices: two }, ["r=g0", "r=g1"]);
check("not more than there are", { requests: [exactly("r", { count: 3 })], slices: two }, undefined);
check(
  "all, or nothing",
  { requests: [exactly("r", { allocationMode: "All" })], slices: two, taken: ["d/p/g0"] },
  undefined,
);
check("steps back for what follows", { requests: [exactly("x"), exactly("y", only("g0"))], slices: two }, [
  "x=g1",
  "y=g0",
]);
check(
  "not from another node",
  { requests: [exactly("r")], slices: [slice([{ name: "g" }], { nodeName: "b" })] },
  undefined,
);
check(
  "not from half a pool",
  {
    requests: [exactly("r")],
    slices: [slice([{ name: "g" }], { nodeName: "a", pool: { name: "p", generation: 1, resourceSliceCount: 2 } })],
  },
  undefined,
);
check(
  "not a tainted one",
  { requests: [exactly("r")], slices: [slice([{ name: "g", taints: [{ key: "k", effect: "NoSchedule" }] }])] },
  undefined,
);
check(
  "the first alternative that can be had",
  {
    requests: [
      {
        name: "r",
        firstAvailable: [
          { name: "x", deviceClassName: "none" },
          { name: "y", deviceClassName: "c" },
        ],
      },
    ],
    slices: two,
  },
  ["r/y=g0"],
);
check(
  "devices that must agree",
  {
    requests: [exactly("r", { count: 2 })],
    more: { constraints: [{ matchAttribute: "d/numa" }] },
    slices: [
      slice([
        { name: "g0", attributes: { numa: { int: 0 } } },
        { name: "g1", attributes: { numa: { int: 1 } } },
        { name: "g2", attributes: { numa: { int: 1 } } },
      ]),
    ],
  },
  ["r=g1", "r=g2"],
);
