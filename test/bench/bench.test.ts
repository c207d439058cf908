import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { scenarios } from "../../bench/all.ts";

/** Small enough to take a second or two: here only that every measurement still runs and gives figures. */
const SCALE = 0.002;

suite("benchmarks run", () => {
  for (const { name, run } of scenarios) {
    test(name, async () => {
      const rows = await run(SCALE);
      assert.ok(rows.length > 0);
      // A difference of memory may be anything at this size, but it is a number.
      for (const { what, value } of rows) assert.ok(Number.isFinite(value), `${what}: ${value}`);
    });
  }
});
