import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP, type Type, UINT } from "./types.ts";
import { timestampOf } from "./time.ts";
import { EvaluationError } from "./errors.ts";
import { Duration, MapValue, Uint, type Value } from "./values.ts";

/** A message that CEL itself knows: written like a struct, it is a value of a type of its own. */
export interface WellKnown {
  readonly fields: Readonly<Record<string, Type>>;
  readonly type: Type;
  readonly make: (given: (field: string) => Value | undefined) => Value;
}

type Given = Parameters<WellKnown["make"]>[0];

const SECOND_NANOS = 1_000_000_000n;
const ANY_MAP = mapOf(STRING, DYN);
const ANY_LIST = listOf(DYN);

function nanosOf(given: Given): bigint {
  const count = (field: string) => (given(field) as bigint | undefined) ?? 0n;
  return count("seconds") * SECOND_NANOS + count("nanos");
}

function momentOf(given: Given): Value {
  const time = timestampOf(nanosOf(given));
  if (!time) throw new EvaluationError("timestamp overflow");
  return time;
}

const wrapper = (type: Type, zero: Value): WellKnown => ({
  fields: { value: type },
  type,
  make: (given) => given("value") ?? zero,
});

const ONE_OF = {
  null_value: DYN,
  bool_value: BOOL,
  number_value: DOUBLE,
  string_value: STRING,
  list_value: ANY_LIST,
  struct_value: ANY_MAP,
};

const TIME_FIELDS = { seconds: INT, nanos: INT };

const KNOWN: Readonly<Record<string, WellKnown>> = {
  Timestamp: { fields: TIME_FIELDS, type: TIMESTAMP, make: momentOf },
  Duration: { fields: TIME_FIELDS, type: DURATION, make: (given) => new Duration(nanosOf(given)) },
  Value: {
    fields: ONE_OF,
    type: DYN,
    make: (given) => Object.keys(ONE_OF).reduce<Value>((found, field) => given(field) ?? found, null),
  },
  Struct: { fields: { fields: ANY_MAP }, type: ANY_MAP, make: (given) => given("fields") ?? new MapValue(new Map()) },
  ListValue: { fields: { values: ANY_LIST }, type: ANY_LIST, make: (given) => given("values") ?? [] },
  BoolValue: wrapper(BOOL, false),
  Int32Value: wrapper(INT, 0n),
  Int64Value: wrapper(INT, 0n),
  UInt32Value: wrapper(UINT, new Uint(0n)),
  UInt64Value: wrapper(UINT, new Uint(0n)),
  FloatValue: wrapper(DOUBLE, 0),
  DoubleValue: wrapper(DOUBLE, 0),
  StringValue: wrapper(STRING, ""),
  BytesValue: wrapper(BYTES, new Uint8Array(0)),
};

const PREFIX = "google.protobuf.";

/** The message of a name; undefined for all other names. */
export function wellKnown(written: string): WellKnown | undefined {
  const name = written.startsWith(".") ? written.slice(1) : written;
  const own = name.slice(PREFIX.length);
  return name.startsWith(PREFIX) && Object.hasOwn(KNOWN, own) ? KNOWN[own] : undefined;
}
