import assert from "node:assert/strict";
import { test } from "node:test";
import { errorText, faultPlace } from "./error-text.ts";

test("an error is told with its causes, and nothing twice", () => {
  const refused = new Error("connect ECONNREFUSED 127.0.0.1:1");
  const check = (error: unknown, text: string) => assert.equal(errorText(error), text);
  check(new Error("list pods", { cause: refused }), "list pods: connect ECONNREFUSED 127.0.0.1:1");
  const told = new Error("connect to a: connect ECONNREFUSED 127.0.0.1:1", { cause: refused });
  check(told, told.message);
  check(new Error("list pods", { cause: told }), `list pods: ${told.message}`);
  check("a text", "a text");
  check(new Error(""), "Error");
});

test("only a fault of the program's own comes with its place", () => {
  const fault = new TypeError("x is undefined");
  assert.match(faultPlace(new Error("sync pod", { cause: fault }))!, /error-text\.test/);
  assert.equal(faultPlace(new Error("connect")), undefined);
});
