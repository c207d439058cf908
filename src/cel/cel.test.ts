import assert from "node:assert/strict";
import { test } from "node:test";
import { celTypes, compileExpression, environment, fromJson, kubernetesLibraries, showType } from "./index.ts";
import { parseAddress } from "./addresses.ts";
import { format } from "./format.ts";

const place = environment({ libraries: kubernetesLibraries, variables: { object: celTypes.DYN } });
const COST_MAX = 1_000_000;

/** What an expression gives, as %s shows it; its error otherwise. */
function run(source: string, object: unknown = {}): string {
  const compiled = compileExpression(source, place);
  if ("problem" in compiled) return compiled.problem;
  try {
    return format("%s", [compiled.program.run(() => fromJson(object), COST_MAX).value]);
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

function check(expected: Readonly<Record<string, string>>): void {
  for (const [source, result] of Object.entries(expected)) assert.equal(run(source), result, source);
}

test("integers have 64 bits and say when they don't fit", () => {
  check({
    "9223372036854775807 + 1": "error: integer overflow",
    "-9223372036854775808 / -1": "error: integer overflow",
    "3u - 5u": "error: unsigned integer overflow",
    "1 % 0": "error: modulus by zero",
    "7 / -2": "-3",
    "--3": "3",
  });
});

test("logic hides errors that don't matter", () => {
  check({
    "1 / 0 == 1 || true": "true",
    "1 / 0 == 1 && false": "false",
    "1 / 0 == 1 || false": "error: division by zero",
    "[0, 1].all(x, 1 / x > 5)": "false",
    "[0, 1].exists(x, 1 / x > 5)": "error: division by zero",
  });
});

test("numbers of different types compare by value", () => {
  check({
    "dyn(1) == dyn(1.0)": "true",
    "1.0 >= 1u": "true",
    "dyn(1u) in [1]": "true",
    "{1: 'a'}[dyn(1.0)]": "a",
    "0.0 / 0.0 == 0.0 / 0.0": "false",
  });
});

test("macros run over lists and maps", () => {
  check({
    "[1, 2, 3].filter(x, x > 1).map(x, x * 2)": "[4, 6]",
    "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)": '{"b":20}',
    "[3, 1, 2].sortBy(x, -x)": "[3, 2, 1]",
    "optional.of([1]).optFlatMap(l, l[?0]).orValue(9)": "1",
    "dyn(1).orValue(9)": "1",
    "optional.of(1).orValue(1 / 0)": "1",
    "[1, 2].map(x, [3, 4].map(y, x * y))": "[[3, 4], [6, 8]]",
  });
});

test("mistakes are told with their place", () => {
  check({
    "1 +":
      "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^",
    "1 + 'a'":
      "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^",
    "has(1)": "ERROR: <input>:1:5: invalid argument to has() macro\n | has(1)\n | ....^",
    "[1, dyn('a')].size() == 2":
      "ERROR: <input>:1:8: expected type 'int' but found 'dyn'\n | [1, dyn('a')].size() == 2\n | .......^",
  });
});

test("no text makes the compiler crash or run away", () => {
  const deep = [
    "(".repeat(5000),
    "[".repeat(5000),
    `${"!".repeat(5000)}true`,
    `1${"+1".repeat(20_000)}`,
    `a${".b".repeat(20_000)}`,
    `true${" ? true : true".repeat(3000)}`,
    "x".repeat(200_000),
    `[1]${".map(x, [x]".repeat(400)}${")".repeat(400)}`,
  ];
  for (const source of deep) assert.match(run(source), /ERROR|true/, source.slice(0, 20));
});

test("an expression ends when its budget does", () => {
  const list = `[${"0,".repeat(100)}0]`;
  assert.equal(
    run(`${list}.all(a, ${list}.all(b, ${list}.all(c, ${list}.all(d, true))))`),
    "error: operation cancelled: actual cost limit exceeded",
  );
});

test("names that objects inherit are no fields, functions or macros", () => {
  check({
    "object.constructor": "error: no such key: constructor",
    "has(object.__proto__)": "false",
    "constructor(1)":
      "ERROR: <input>:1:12: undeclared reference to 'constructor' (in container '')\n | constructor(1)\n | ...........^",
  });
});

test("groups of a pattern may share a name, and bytes that are no text have none", () => {
  check({
    "'ab'.matches(dyn('^(?P<n>a)(?P<n>b)$'))": "true",
    "'(?P<n>a)(?P<n>b)'.find('[(?P<n>]+a')": "(?P<n>a",
    "'%s'.format([b'\\xff\\x00'])": "error: string contains invalid UTF-8",
    "'%s'.format([b'abc'])": "abc",
  });
});

test("messages that CEL knows are values of its own types", () => {
  check({
    "google.protobuf.Timestamp{seconds: 60}": "1970-01-01T00:01:00Z",
    "google.protobuf.Duration{seconds: 1, nanos: 500000000}": "1.5s",
    "google.protobuf.Value{}": "null",
    "google.protobuf.Value{number_value: 1.0} == 1.0": "true",
    "google.protobuf.Int64Value{value: 3} + 4": "7",
    "google.protobuf.Struct{fields: {'a': 1}}.a": "1",
    "google.protobuf.BoolValue{} || true": "true",
    "google.protobuf.Any{}":
      "ERROR: <input>:1:20: undeclared reference to 'google.protobuf.Any' (in container '')\n | google.protobuf.Any{}\n | ...................^",
  });
});

test("a format that is written out is checked by the types of its arguments", () => {
  const problemOf = (source: string) => {
    const result = compileExpression(
      source,
      environment({ libraries: kubernetesLibraries, variables: { self: celTypes.INT } }),
    );
    return "problem" in result ? result.problem.split("\n")[0] : undefined;
  };
  assert.equal(problemOf("'%d'.format([self])"), undefined);
  assert.match(
    problemOf("'a'.format([self])")!,
    /:1:11: too many arguments supplied to string.format \(expected 0, got 1\)/,
  );
  assert.match(problemOf("'%s %d'.format([self])")!, /index 1 out of range/);
  assert.match(
    problemOf("'%f'.format([self])")!,
    /:1:14: .*fixed-point clause can only be used on doubles, was given int/,
  );
  assert.match(problemOf("'%s'.format([[optional.of(self)]])")!, /was given optional_type/);
  assert.match(problemOf("jsonpatch.escapeKey('a') == 'a'")!, /undeclared reference to 'jsonpatch'/);
});

test("what has no type yet gets that of the first overload that fits, and lists of lists lose one level", () => {
  const typeOf = (source: string) => {
    const result = compileExpression(source, environment({ libraries: kubernetesLibraries, variables: {} }));
    return "problem" in result ? result.problem : showType(result.type);
  };
  assert.equal(typeOf("[].map(x, -x)"), "list(double)");
  assert.equal(typeOf("[].map(x, x + x)"), "list(bytes)");
  assert.equal(typeOf("[[1]].flatten()[0]"), "int");
  assert.equal(typeOf("[].sortBy(x, -x)"), "list(double)");
  assert.match(typeOf("[?optional.of(1), 'a']"), /expected type 'int' but found 'string'/);
});

test("addresses that are none say where that shows", () => {
  const why: Readonly<Record<string, string>> = {
    "1.2.3-rc.1": 'unexpected character (at "-rc.1")',
    "1..2.3": 'IPv4 field must have at least one digit (at ".2.3")',
    "01.2.3.4": "IPv4 field has octet with leading zero",
    "https://u": 'each colon-separated field must have at least one digit (at "https://u")',
    "2024-02-29T10:00:00Z": 'unexpected character, want colon (at "-02-29T10:00:00Z")',
    "1::2::3": 'multiple :: in address (at ":3")',
    "1:2:3:4:5:6:7:8:9": 'trailing garbage after address (at "9")',
    "1:2:3:4:5:6:7::8": "the :: must expand to at least one field of zeros",
    "1:": 'colon must be followed by more characters (at ":")',
    "12345::": 'each group must have 4 or less digits (at "12345::")',
    "1:1.2.3.4": 'embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")',
    "1:2": "address string too short",
  };
  for (const [text, problem] of Object.entries(why)) assert.equal(parseAddress(text), problem);
  assert.deepEqual(parseAddress("::ffff:1.2.3.4"), { bits: 128, value: 0xffff01020304n });
  assert.deepEqual(parseAddress("1::"), { bits: 128, value: 1n << 112n });
  assert.deepEqual(parseAddress("::"), { bits: 128, value: 0n });
});

test("what constants fail of is found before anything is run", () => {
  const problemOf = (source: string) => {
    const result = compileExpression(source, environment({ libraries: kubernetesLibraries, variables: {} }));
    return "problem" in result ? result.problem : undefined;
  };
  assert.equal(
    problemOf("duration(string(true)) > duration('1s')"),
    "program instantiation failed: type conversion error from 'string' to 'google.protobuf.Duration'",
  );
  assert.match(
    problemOf("'a'.findAll('(').size() == 0")!,
    /^program instantiation failed: error parsing regexp: missing/,
  );
  assert.equal(problemOf("string(1) == '1'"), undefined);
});

test("what is missing is told where what comes instead would fit behind it", () => {
  const syntaxOf = (source: string) => run(source).match(/(?<=Syntax error: )[^\n]*/g);
  assert.deepEqual(syntaxOf("size('a'"), ["missing ')' at '<EOF>'"]);
  assert.deepEqual(syntaxOf("(size('a')"), ["missing ')' at '<EOF>'"]);
  assert.deepEqual(syntaxOf("((1"), ["mismatched input '<EOF>' expecting ')'"]);
  assert.deepEqual(syntaxOf("size([1,)"), ["missing ']' at ')'"]);
  assert.deepEqual(syntaxOf("true ? 1 2"), ["missing ':' at '2'"]);
});

test("elements end with a bracket, or a comma and another element", () => {
  const syntaxOf = (source: string) => run(source).match(/(?<=Syntax error: )[^\n]*/g);
  assert.deepEqual(syntaxOf("[5, 5"), ["mismatched input '<EOF>' expecting {']', ','}"]);
  assert.deepEqual(syntaxOf("[5, 5,"), ["missing ']' at '<EOF>'"]);
  assert.deepEqual(syntaxOf("[1, )3]"), ["mismatched input ')' expecting ']'"]);
  assert.deepEqual(syntaxOf("[1), 3]"), [
    "extraneous input ')' expecting {']', ','}",
    "extraneous input '3' expecting ']'",
  ]);
  assert.deepEqual(syntaxOf("{'a': 1"), ["mismatched input '<EOF>' expecting {'}', ','}"]);
  assert.deepEqual(syntaxOf("object.?.x"), ["extraneous input '.' expecting {IDENTIFIER, ESC_IDENTIFIER}"]);
});

test("where a mistake ends, reading goes on", () => {
  const syntaxOf = (source: string) => run(source).match(/(?<=Syntax error: )[^\n]*/g);
  const first = "mismatched input 'b' expecting ')'";
  assert.deepEqual(syntaxOf("(('q'}.contains('x')) && true"), ["mismatched input '}' expecting ')'"]);
  assert.deepEqual(syntaxOf("((true ? 1).x)"), ["mismatched input ')' expecting ':'"]);
  assert.deepEqual(syntaxOf("object. )"), ["no viable alternative at input '. )'"]);
  assert.deepEqual(syntaxOf("size(.'a')"), ["no viable alternative at input '.'a''"]);
  assert.deepEqual(syntaxOf("(object.a b() % 2) * 3"), [first, "mismatched input ')' expecting <EOF>"]);
});
