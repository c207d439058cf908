import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import { rememberingTokens } from "./token-cache.ts";

test("a good token is remembered for ten seconds for each audience, a bad one not at all", async () => {
  const clock = new VirtualClock();
  const asked: string[] = [];
  let isGood = true;
  const read = rememberingTokens(
    async (token, audiences = []) => {
      asked.push([token, ...audiences].join(" "));
      return isGood && token !== "bad" ? { name: token, groups: [] } : undefined;
    },
    { clock, audiences: ["own"] },
  );
  assert.equal((await read("a"))?.name, "a");
  isGood = false;
  assert.equal((await read("a"))?.name, "a");
  assert.equal((await read("a", ["own"]))?.name, "a");
  assert.equal(await read("a", ["x"]), undefined);
  assert.equal(await read("bad"), undefined);
  assert.equal(await read("bad"), undefined);
  assert.deepEqual(asked, ["a own", "a x", "bad own", "bad own"]);
  await clock.advance(10_000);
  assert.equal(await read("a"), undefined);
});
