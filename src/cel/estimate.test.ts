import assert from "node:assert/strict";
import { test } from "node:test";
import { celTypes, compileExpression, COUNT_MAX, environment, estimateCost, kubernetesLibraries } from "./index.ts";

const { INT, STRING, listOf, mapOf, structFrom } = celTypes;

const place = environment({
  libraries: kubernetesLibraries,
  variables: {
    self: structFrom("object", {
      n: INT,
      text: STRING,
      list: listOf(INT),
      names: listOf(STRING),
      map: mapOf(STRING, INT),
    }),
  },
});

const SIZES: Readonly<Record<string, number>> = {
  "self.n": 0,
  "self.text": 100,
  "self.list": 10,
  "self.list.@items": 0,
  "self.names": 10,
  "self.names.@items": 20,
  "self.map": 5,
  "self.map.@keys": 0,
};

/** What an expression may cost at least and at most; sizes that nothing is said of are endless. */
function cost(source: string): [min: number, max: number] {
  const compiled = compileExpression(source, place);
  if ("problem" in compiled) throw new Error(compiled.problem);
  const { min, max } = estimateCost(compiled.checked, (path) => SIZES[path.join(".")]);
  return [min, max];
}

test("names, fields and plain operators cost one each, what is spelled out by its kind", () => {
  assert.deepEqual(cost("self.n + 1 > 2"), [4, 4]);
  assert.deepEqual(cost("has(self.n)"), [1, 1]);
  assert.deepEqual(cost("[1, self.n].size() > 0"), [14, 14]);
  assert.deepEqual(cost("{'a': 1}.size() > 0"), [32, 32]);
});

test("going over texts costs by their length", () => {
  assert.deepEqual(cost("self.text == 'abc'"), [3, 3]);
  assert.deepEqual(cost("self.text.startsWith('abcdefghijk')"), [4, 4]);
  assert.deepEqual(cost("self.text.contains('abcdefghijk')"), [2, 22]);
  assert.deepEqual(cost("self.text.matches('abcdefgh')"), [4, 24]);
  assert.deepEqual(cost("(self.text + self.text).size() > 0"), [6, 26]);
  assert.deepEqual(cost("self.text.lowerAscii() == self.text"), [5, 24]);
});

test("loops cost by what they go over, each time", () => {
  assert.deepEqual(cost("self.list.all(x, x > 0)"), [3, 53]);
  assert.deepEqual(cost("self.list.all(x, self.list.all(y, x == y))"), [3, 563]);
  assert.deepEqual(cost("self.names.exists(x, x == self.text)"), [3, 93]);
  assert.deepEqual(cost("self.map.all(k, k.startsWith('a'))"), [3, 28]);
  assert.deepEqual(cost("self.names.map(x, x + 'b').size() > 0").at(-1), 175);
  assert.deepEqual(cost("sets.contains(self.list, self.names.map(x, 1))").at(-1), 236);
});

test("of a choice and of logic one side may do", () => {
  assert.deepEqual(cost("self.n > 0 && self.n < 5"), [3, 6]);
  assert.deepEqual(cost("self.n > 0 ? self.text == 'a' : true"), [3, 6]);
});

test("what nothing is said of has no end", () => {
  assert.equal(cost("string(self.n).matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')").at(-1), COUNT_MAX);
  assert.equal(cost("self.text.split(',').all(x, x != '')").at(-1), 423);
});
