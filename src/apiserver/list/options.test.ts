import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusError } from "../../api/index.ts";
import { listOptions, watchOptions } from "./options.ts";

/** What a query is refused with; undefined when it isn't. */
function refusal(read: (query: URLSearchParams) => unknown, query: string): readonly [number, string] | undefined {
  try {
    read(new URLSearchParams(query));
    return undefined;
  } catch (error) {
    const { code, message } = error as StatusError;
    return [code, message];
  }
}

const INVALID = 'ListOptions.meta.k8s.io "" is invalid: ';

test("numbers are read before selectors, selectors before what doesn't go together", () => {
  const parsing = "strconv.ParseInt: parsing";
  assert.deepEqual(refusal(listOptions, "limit=&labelSelector=%3D"), [400, `${parsing} "": invalid syntax`]);
  assert.deepEqual(refusal(listOptions, "limit=x&timeoutSeconds=y"), [400, `${parsing} "y": invalid syntax`]);
  const selector = "found '=', expected: !, identifier, or 'end of string'";
  assert.deepEqual(refusal(listOptions, "labelSelector=%3D&resourceVersionMatch=x"), [400, selector]);
  assert.deepEqual(refusal(listOptions, "sendInitialEvents=true"), [
    422,
    `${INVALID}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
  ]);
  assert.equal(refusal(listOptions, "resourceVersion=x&continue=y"), undefined);
});

test("a watch that says no version is one that asks for what there is, and can't go on from a token", () => {
  const forbidden = `${INVALID}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden`;
  assert.deepEqual(refusal(watchOptions, "watch=1&continue=x"), [422, `${forbidden} when continue is provided`]);
  assert.equal(refusal(watchOptions, "watch=1&continue=x&resourceVersion=5"), undefined);
  assert.deepEqual(refusal(watchOptions, "watch=1&resourceVersionMatch=NotOlderThan"), [
    422,
    `${forbidden} for watch unless sendInitialEvents is provided`,
  ]);
  assert.equal(refusal(watchOptions, "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"), undefined);
});

test("a watch that only its path asks for is held to what holds for lists", () => {
  assert.deepEqual(refusal(watchOptions, "sendInitialEvents=true"), [
    422,
    `${INVALID}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
  ]);
  assert.equal(refusal(watchOptions, "continue=x"), undefined);
  assert.equal(watchOptions(new URLSearchParams()).sendInitialEvents, undefined);
  assert.equal(watchOptions(new URLSearchParams("watch=1&resourceVersion=0")).sendInitialEvents, true);
});
