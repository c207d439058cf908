import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Answer, Operation, Request } from "./history.ts";
import { isLinearizable } from "./linearizability.ts";

type Line = readonly [calledAt: number, returnedAt: number | undefined, request: Request, answer?: Answer];

const put = (value: string): Request => ({ type: "put", value });
const get: Request = { type: "get" };
const wrote = (revision: number): Answer => ({ type: "wrote", revision });
const got = (value: string | undefined, modRevision: number): Answer => ({ type: "got", value, modRevision });

function check(...lines: Line[]): boolean {
  return isLinearizable(
    lines.map(([calledAt, at, request, answer], client): Operation => {
      return {
        client,
        epoch: 0,
        key: "/k",
        request,
        calledAt,
        ...(at !== undefined && { returned: { at, answer: answer! } }),
      };
    }),
  );
}

suite("histories that are linearizable", () => {
  test("one after the other", () => {
    assert.ok(
      check([0, 1, put("a"), wrote(2)], [2, 3, get, got("a", 2)], [4, 5, put("b"), wrote(3)], [6, 7, get, got("b", 3)]),
    );
  });
  test("a read beside a write sees either", () => {
    assert.ok(check([0, 3, put("a"), wrote(2)], [1, 2, get, got(undefined, 0)]));
    assert.ok(check([0, 3, put("a"), wrote(2)], [1, 2, get, got("a", 2)]));
  });
  test("a write whose end nobody heard happened, or did not, or happens late", () => {
    assert.ok(check([0, undefined, put("a")], [1, 2, get, got("a", 2)]));
    assert.ok(check([0, undefined, put("a")], [1, 2, get, got(undefined, 0)]));
    assert.ok(check([0, undefined, put("a")], [1, 2, get, got(undefined, 0)], [3, 4, get, got("a", 2)]));
  });
  test("writes at once, in the order of their revisions", () => {
    assert.ok(check([0, 5, put("a"), wrote(3)], [1, 4, put("b"), wrote(2)], [6, 7, get, got("a", 3)]));
  });
  test("a conditional write is refused when another came first", () => {
    const condition: Request = { type: "putAt", value: "c", revision: 2 };
    assert.ok(check([0, 1, put("a"), wrote(2)], [2, 5, put("b"), wrote(3)], [3, 6, condition, { type: "refused" }]));
  });
});

suite("histories that are not", () => {
  test("a read of what was never written", () => {
    assert.ok(!check([0, 1, put("a"), wrote(2)], [2, 3, get, got("b", 2)]));
  });
  test("a read that goes back in time", () => {
    assert.ok(!check([0, 1, put("a"), wrote(2)], [2, 3, put("b"), wrote(3)], [4, 5, get, got("a", 2)]));
  });
  test("a write that was acknowledged and is gone", () => {
    assert.ok(!check([0, 1, put("a"), wrote(2)], [2, 3, get, got(undefined, 0)]));
  });
  test("two reads that see two writes in different orders", () => {
    assert.ok(
      !check(
        [0, 9, put("a"), wrote(2)],
        [1, 8, put("b"), wrote(3)],
        [2, 3, get, got("b", 3)],
        [4, 5, get, got("a", 2)],
      ),
    );
  });
  test("a conditional write that won although its condition had gone", () => {
    const condition: Request = { type: "putAt", value: "c", revision: 2 };
    assert.ok(!check([0, 1, put("a"), wrote(2)], [2, 3, put("b"), wrote(3)], [4, 5, condition, wrote(4)]));
  });
  test("a deletion of something twice", () => {
    assert.ok(
      !check([0, 1, put("a"), wrote(2)], [2, 3, { type: "delete" }, wrote(3)], [4, 5, { type: "delete" }, wrote(4)]),
    );
  });
  test("a lost write that is seen, gone, and seen again", () => {
    assert.ok(
      !check(
        [0, undefined, put("a")],
        [1, 2, get, got("a", 2)],
        [3, 4, get, got(undefined, 0)],
        [5, 6, get, got("a", 2)],
      ),
    );
  });
});
