import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr, RangeAllocator } from "./plan.ts";

test("ranges are handed out in turn, taken ones are passed over, and given back ones come again", () => {
  const allocator = new RangeAllocator("10.244.0.0/22", 24);
  allocator.occupy("10.244.1.0/24");
  assert.equal(allocator.allocate(), "10.244.0.0/24");
  assert.equal(allocator.allocate(), "10.244.2.0/24");
  assert.equal(allocator.allocate(), "10.244.3.0/24");
  assert.equal(allocator.allocate(), undefined);
  allocator.release("10.244.2.0/24");
  assert.equal(allocator.allocate(), "10.244.2.0/24");
});

test("a larger range from elsewhere takes all it covers", () => {
  const allocator = new RangeAllocator("10.0.0.0/22", 24);
  allocator.occupy("10.0.0.0/23");
  assert.equal(allocator.allocate(), "10.0.2.0/24");
});

test("IPv6 ranges are written short", () => {
  assert.equal(new RangeAllocator("fd00:10::/48", 64).allocate(), "fd00:10::/64");
});

for (const text of ["", "10.0.0.0", "10.0.0.0/33", "010.0.0.1/8", "1.2.3/8", "::1::/64"]) {
  test(`"${text}" is no range`, () => {
    assert.throws(() => parseCidr(text), RangeError);
  });
}
