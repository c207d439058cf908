import { compileDeviceSelector, DEVICE_COST_MAX } from "../api/index.ts";
import { EvaluationError, MapValue, mapFrom, quantityValue, semverValue, type Value } from "../cel/index.ts";
import type { Candidate } from "./allocate.ts";

/** Whether a device meets an expression; throws when that can't be told. */
export function selectsDevice(expression: string, candidate: Candidate): boolean {
  const program = compileDeviceSelector(expression);
  if (!("program" in program)) throw new EvaluationError(`CEL compile error: ${program.problem}`);
  const device = deviceValue(candidate);
  try {
    return program.program.run(() => device, DEVICE_COST_MAX).value === true;
  } catch (error) {
    throw new EvaluationError(`CEL runtime error: ${(error as Error).message}`);
  }
}

type Device = Candidate["device"];

function deviceValue({ slice, device }: Candidate): Value {
  const { driver } = slice.spec;
  const {
    attributes = {},
    capacity = {},
    allowMultipleAllocations = false,
  } = device as Device & {
    readonly allowMultipleAllocations?: boolean;
  };
  return mapFrom([
    ["driver", driver],
    [
      "attributes",
      byDomain(
        driver,
        Object.entries(attributes).map(([name, one]) => [name, attributeValue(one)]),
      ),
    ],
    [
      "capacity",
      byDomain(
        driver,
        Object.entries(capacity).map(([name, one]) => [name, quantityValue(one.value)]),
      ),
    ],
    ["allowMultipleAllocations", allowMultipleAllocations],
  ]);
}

/** Names without a domain are in the driver's. */
function byDomain(driver: string, entries: readonly (readonly [string, Value])[]): Value {
  const domains = new Map<string, [Value, Value][]>();
  for (const [name, value] of entries) {
    const slash = name.indexOf("/");
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const known = domains.get(domain) ?? [];
    known.push([name.slice(slash + 1), value]);
    domains.set(domain, known);
  }
  return new Domains(mapFrom([...domains].map(([domain, pairs]) => [domain, mapFrom(pairs)])).entries);
}

/** A domain of which a device says nothing is an empty one. */
class Domains extends MapValue {
  override get(key: Value): Value {
    return super.get(key) ?? NOTHING;
  }
}

const NOTHING = new MapValue(new Map());

function attributeValue(attribute: NonNullable<Device["attributes"]>[string]): Value {
  const { int, bool, string, version } = attribute as {
    readonly int?: number;
    readonly bool?: boolean;
    readonly string?: string;
    readonly version?: string;
  };
  if (int !== undefined) return BigInt(int);
  if (version !== undefined) return semverValue(version);
  return bool ?? string ?? null;
}
