import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cryptoRandom, seededRandom } from "./random.ts";

suite("random", () => {
  test("what was drawn is never given again, across refills and large requests", () => {
    const random = cryptoRandom();
    const seen = new Set(Array.from({ length: 2000 }, () => Buffer.from(random.bytes(16)).toString("hex")));
    seen.add(Buffer.from(random.bytes(5000)).toString("hex"));
    assert.equal(seen.size, 2001);
  });

  test("a uuid is version 4", () => {
    for (const random of [cryptoRandom(), seededRandom(1)])
      assert.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("one seed gives one sequence, whatever was drawn before a fork", () => {
    const one = seededRandom(7);
    const other = seededRandom(7);
    other.bytes(100);
    assert.equal(one.fork("a").uuid(), other.fork("a").uuid());
    assert.notEqual(one.fork("a").uuid(), one.fork("b").uuid());
    assert.deepEqual(seededRandom("x").bytes(33), seededRandom("x").bytes(33));
  });
});
