import assert from "node:assert/strict";
import { test } from "node:test";
import { selectorErrors } from "./selectors.expressions.ts";

const detail = (expression: string) => selectorErrors("p", expression).map((error) => error.detail.split("\n")[0]);

test("a selector must be an expression of a device that is true or false", () => {
  assert.deepEqual(detail('device.attributes["a.b"].model == "x"'), []);
  assert.deepEqual(detail('device.attributes["a.b"].shared'), []);
  assert.deepEqual(detail("device.driver"), ["must evaluate to bool or the unknown type, not string"]);
  assert.deepEqual(detail("foo.bar"), [
    "compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')",
  ]);
  assert.match(detail("")[0]!, /^compilation failed: ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>'/);
});

test("cel.bind gives a value a name, and only a simple one", () => {
  assert.deepEqual(detail('cel.bind(own, device.attributes["a.b"], own.one && own.two)'), []);
  assert.deepEqual(detail("cel.bind(a.b, device, true)"), [
    "compilation failed: ERROR: <input>:1:11: cel.bind() variable names must be simple identifiers",
  ]);
});

test("a selector that could cost more than one device may is refused", () => {
  const every = (body: string) => `device.attributes.all(a, ${body})`;
  assert.deepEqual(detail(every("device.attributes[a].size() > 0")), []);
  assert.deepEqual(detail(every(every(every(every(every("true")))).replaceAll("all(a,", "all(b,"))), [
    "too complex, exceeds cost limit",
  ]);
});
