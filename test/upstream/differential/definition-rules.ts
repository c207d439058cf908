import type { Random } from "../../../src/base/index.ts";
import { pick } from "./mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: a schema of any sort
type Schema = any;

const ANY = [
  "true",
  "false",
  "self == self",
  "1/0 == 1",
  "bogus",
  "self.",
  "self ==",
  "",
  "'text'",
  "oldSelf == self",
  "dyn(self) == 3",
  "type(self) == int",
];
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: [
    "self.size() < 3",
    "self.startsWith('a')",
    "self.matches('^[a-z]*$')",
    "self.matches(self)",
    "self in ['a', 'b']",
    "self.upperAscii() == self",
    "self.split('').size() < 3",
    "self + 1 == 2",
    "int(self) > 2",
    "self.contains(self)",
    "self == oldSelf",
    "size(oldSelf) <= size(self)",
    "self.find('[0-9]') == ''",
    "isURL(self)",
    "quantity(self).isGreaterThan(quantity('1'))",
    "self.charAt(9) == ''",
    "self.lastIndexOf('a') > 0",
    "!format.dns1123Label().validate(self).hasValue()",
    "ip.isCanonical(self)",
    "timestamp(self) > timestamp('2020-01-01T00:00:00Z')",
    "duration(self) > duration('1s')",
    "self.undefined()",
    "self[0] == 'a'",
  ],
  integer: [
    "self > 0",
    "self >= oldSelf",
    "self % 2 == 0",
    "self * 9223372036854775807 > 0",
    "10 / self > 1",
    "self > 1.0",
    "self == 1u",
    "string(self) == '1'",
    "self in [1, 2]",
    "self.size() > 1",
    "math.abs(self) > 1",
  ],
  number: [
    "self > 0.5",
    "self < 3",
    "self == double(1)",
    "math.ceil(self) > 1.0",
    "int(self) == 1",
    "self % 2.0 == 0.0",
  ],
  boolean: ["self", "!self", "self == oldSelf", "self && 1 == 1", "self ? true : false", "self > 1"],
  array: [
    "self.size() < 2",
    "self.all(x, x == x)",
    "self.exists(x, x == self[0])",
    "self.exists_one(x, true)",
    "self.map(x, x).size() == 1",
    "self[5] == self[0]",
    "self.isSorted()",
    "self == oldSelf",
    "self.all(x, self.all(y, self.all(z, x == y)))",
    "self.filter(x, x != x).size() == 0",
    "self.sum() < 10",
    "self.indexOf(self[0]) == 0",
    "oldSelf.all(x, x in self)",
    "self.all(i, v, i < 2)",
    "self.unknown",
    "sets.contains(self, self)",
  ],
  object: [
    "has(self.alpha)",
    "!has(self.beta) || self.beta == self.beta",
    "self.alpha == 'a'",
    "self.gamma > 1",
    "has(self.nothing)",
    "self.a__dash__b == 1",
    "self.__type__ == 'x'",
    "self == oldSelf",
    "self.size() < 2",
    "self.all(k, k == k)",
    "self['alpha'] == 'a'",
    "self.?alpha.orValue('x') == 'x'",
    "has(self.metadata) && self.metadata.name == 'a'",
    "self.items.size() > 0",
    "has(self.x_y)",
    "self.self == 1",
    "'alpha' in self",
    "self.exists(k, v, k == 'x')",
    "self.transformMap(k, v, k).size() > 0",
  ],
};
const MESSAGES = ["must be so", " trimmed ", "two\nlines", ""];
const MESSAGE_EXPRESSIONS = [
  "'was ' + string(self)",
  "'fixed'",
  "self",
  "1",
  "''",
  "'a\\nb'",
  "self.nope",
  "bogus(",
  "'x' + self.alpha",
];
const REASONS = ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate", "Other"];
const FIELD_PATHS = [".alpha", ".beta.gamma", "['a-b']", ".items[0]", "alpha", "", ".nothing", ".alpha['x']"];

/** Rules of a schema: of those that hold, those that don't, those that can't be told, and those that are none. */
export function rulesFor({ type = "any" }: Schema, random: Random): Schema[] {
  return Array.from({ length: 1 + random.int(2) }, () => {
    const own = BY_TYPE[type];
    const rule = pick(own && random.float() < 0.85 ? own : ANY, random);
    const maybe = (share: number, key: string, values: readonly unknown[]) =>
      random.float() < share ? { [key]: pick(values, random) } : {};
    return {
      rule,
      ...maybe(0.3, "message", MESSAGES),
      ...maybe(0.25, "messageExpression", MESSAGE_EXPRESSIONS),
      ...maybe(0.2, "reason", REASONS),
      ...maybe(0.12, "fieldPath", FIELD_PATHS),
      ...maybe(0.12, "optionalOldSelf", [true, false]),
    };
  });
}
