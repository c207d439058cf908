import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import { profileHandlers } from "./profiles.ts";

test("a profile takes the seconds that are asked for, and one is made at a time", async () => {
  const clock = new VirtualClock();
  const begun: string[] = [];
  const recording = (name: string) => async () => {
    begun.push(name);
    return async () => Buffer.from(name);
  };
  const handlers = new Map(profileHandlers({ cpu: recording("cpu"), heap: recording("heap") }, clock));
  const ask = (name: string, query = "") => {
    const request = { method: "GET", signal: new AbortController().signal };
    const context = { request, info: { path: `/debug/pprof/${name}` }, query: new URLSearchParams(query) };
    return handlers.get("/debug/pprof/")!(context as unknown as RequestContext);
  };
  const textOf = async (answer: ReturnType<typeof ask>) => {
    const { status, body } = await answer;
    return [status, body.type === "bytes" ? Buffer.from(body.bytes).toString() : undefined];
  };
  const first = textOf(ask("profile", "seconds=2"));
  assert.deepEqual((await ask("profile")).status, 500);
  let isOver = false;
  void first.then(() => (isOver = true));
  await clock.advance(1_999);
  assert.equal(isOver, false);
  await clock.advance(1);
  assert.deepEqual(await first, [200, "cpu"]);
  const heap = textOf(ask("heap"));
  await clock.advance(10_000);
  assert.deepEqual(await heap, [200, "heap"]);
  assert.deepEqual(begun, ["cpu", "heap"]);
  assert.deepEqual(await textOf(ask("cmdline")), [404, "Unknown profile\n"]);
  assert.match(String((await textOf(ask("")))[1]), /href="profile"/);
});
