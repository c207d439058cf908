import assert from "node:assert/strict";
import { test } from "node:test";
import {
  entryErrors,
  invalidValue,
  cidrProblems,
  configMapKeyProblems,
  dnsLabelProblems,
  envNameProblems,
  formatIp,
  ipProblems,
  isInCidr,
  legacyIpProblems,
  nonNegativeIntOrPercent,
  parseIp,
  portNameProblems,
  qualifiedNameProblems,
  validateLabelSelector,
} from "./index.ts";

const short = (problems: readonly string[]) => problems.map((problem) => problem.split(" (e.g.")[0]);

test("a DNS label with dots is told apart from one with wrong characters", () => {
  assert.deepEqual(dnsLabelProblems("a-1"), []);
  assert.deepEqual(dnsLabelProblems("a.b"), ["must not contain dots"]);
  assert.match(dnsLabelProblems("A.b").join(), /^a lowercase RFC 1123 label/);
  assert.deepEqual(dnsLabelProblems("a".repeat(64)), ["must be no more than 63 characters"]);
});

test("a qualified name tells about its prefix and its name", () => {
  assert.deepEqual(qualifiedNameProblems("example.com/My_name"), []);
  assert.equal(qualifiedNameProblems("a/b/c").length, 1);
  assert.deepEqual(
    qualifiedNameProblems("/").map((problem) => problem.slice(0, 33)),
    ["prefix part must be non-empty", "name part must be non-empty", "name part must consist of alphanu"],
  );
});

test("names of ports and keys may break several rules", () => {
  assert.deepEqual(portNameProblems("http-1"), []);
  assert.deepEqual(short(portNameProblems("-1")), [
    "must contain at least one letter (a-z)",
    "must not begin or end with a hyphen",
  ]);
  assert.deepEqual(configMapKeyProblems("..a"), ["must not start with '..'"]);
  assert.equal(envNameProblems("a=b").length, 1);
  assert.deepEqual(envNameProblems("a b"), []);
});

test("addresses are read strictly, and leniently where they once were accepted", () => {
  for (const text of ["10.9.8.7", "::", "2001:db8::ffff", "1:2:3:4:5:6:7:8", "::1.2.3.4"])
    assert.deepEqual(ipProblems(text), [], text);
  for (const text of ["", "1.2.3", "256.1.1.1", "1::2::3", "1:2:3:4:5:6:7", "g::", "1.2.3.4.5", "::1.2.3"])
    assert.match(ipProblems(text).join(), /^must be a valid IP/, text);
  assert.deepEqual(ipProblems("010.0.0.1"), ["must not have leading 0s"]);
  assert.deepEqual(legacyIpProblems("010.0.0.1"), []);
  assert.deepEqual(ipProblems("::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
});

test("addresses are written in canonical form", () => {
  for (const [text, canonical] of [
    ["2001:0db8:0:0:0:0:0:1", "2001:db8::1"],
    ["0:0:1::", "0:0:1::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::", "::"],
  ] as const)
    assert.equal(formatIp(parseIp(text)!), canonical);
});

test("a CIDR needs a prefix that fits and no bits beyond it", () => {
  assert.deepEqual(cidrProblems("10.0.0.0/8"), []);
  assert.deepEqual(cidrProblems("2001:db8::/64"), []);
  assert.match(cidrProblems("10.0.0.0/33").join(), /^must be a valid CIDR/);
  assert.deepEqual(cidrProblems("10.0.0.1/8"), ["must not have bits set beyond the prefix length"]);
  assert.deepEqual(cidrProblems("10.0.0.0/08"), ["must not have leading 0s in IP or prefix length"]);
});

test("a count may be a percentage", () => {
  assert.deepEqual(nonNegativeIntOrPercent("a", "30%"), []);
  assert.equal(nonNegativeIntOrPercent("a", "30").length, 1);
  assert.equal(nonNegativeIntOrPercent("a", -1)[0]?.detail, "must be greater than or equal to 0");
});

test("a selector's requirements are checked by operator", () => {
  const errors = validateLabelSelector("s", {
    matchExpressions: [
      { key: "a", operator: "In" },
      { key: "a", operator: "Exists", values: ["x"] },
      { key: "a", operator: "Near" },
    ],
  });
  assert.deepEqual(
    errors.map(({ path, type }) => `${path} ${type}`),
    [
      "s.matchExpressions[0].values Required",
      "s.matchExpressions[1].values Forbidden",
      "s.matchExpressions[2].operator Invalid",
    ],
  );
});

test("an address is in a CIDR of its family that shares its prefix", () => {
  assert.ok(isInCidr("10.0.0.0/30", "10.0.0.3"));
  assert.ok(!isInCidr("10.0.0.0/30", "10.0.0.4"));
  assert.ok(isInCidr("fd00::/112", "fd00::ffff"));
  assert.ok(isInCidr("::/0", "fd00::"));
  assert.ok(!isInCidr("::/0", "10.0.0.3"));
  assert.ok(!isInCidr("10.0.0.0", "10.0.0.0"));
});

test("what is wrong with a map's entries is told in the order of their keys, whatever these are called", () => {
  const map = JSON.parse('{"b":"bad","good":"","__proto__":"bad","a":"bad","constructor":""}') as Record<
    string,
    string
  >;
  const errors = entryErrors(map, (key, value) => (value === "bad" ? [invalidValue(`data[${key}]`, value, "no")] : []));
  assert.deepEqual(
    errors.map(({ path }) => path),
    ["data[__proto__]", "data[a]", "data[b]"],
  );
});
