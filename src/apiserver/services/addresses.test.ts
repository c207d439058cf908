import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressAt, addressRange, offsetOf } from "./addresses.ts";

test("a range leaves out its network address, and of IPv4 the broadcast address", () => {
  const range = addressRange("10.96.0.0/24");
  assert.equal(addressAt(range, 0), "10.96.0.1");
  assert.equal(addressAt(range, range.size - 1), "10.96.0.254");
  const six = addressRange("fd00:1::/120");
  assert.equal(addressAt(six, 0), "fd00:1::1");
  assert.equal(addressAt(six, six.size - 1), "fd00:1::ff");
});

test("an address outside of a range has no place in it", () => {
  const range = addressRange("10.96.0.0/24");
  for (const text of ["10.96.0.0", "10.96.0.255", "10.97.0.1", "fd00::1", "None", ""])
    assert.equal(offsetOf(range, text), undefined, text);
});

test("an offset's address has that offset", () => {
  const ranges = ["10.96.0.0/16", "192.168.4.0/30", "fd00::/112", "2001:db8::/64"].map(addressRange);
  fc.assert(
    fc.property(fc.constantFrom(...ranges), fc.nat(), (range, number) => {
      const offset = number % range.size;
      assert.equal(offsetOf(range, addressAt(range, offset)), offset);
    }),
  );
});

test("what is no range is refused", () => {
  for (const text of ["10.96.0.0", "x/8", "10.0.0.0/32", "10.0.0.0/31"]) assert.throws(() => addressRange(text));
});
