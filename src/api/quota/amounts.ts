import { own } from "../../base/index.ts";
import { addQuantities, compareQuantities, formatQuantity, parseQuantity } from "../quantity.ts";

/** Quantities by the name of their resource, exact. */
export type Amounts = Readonly<Record<string, string>>;

/** Both together. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const result: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const given = own(result, name);
    result[name] = given === undefined ? amount : addQuantities(given, amount);
  }
  return result;
}

/** Of each resource the larger amount. */
export function maxAmounts(a: Amounts, b: Amounts): Amounts {
  const result: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const given = own(result, name);
    if (given === undefined || compareQuantities(amount, given) > 0) result[name] = amount;
  }
  return result;
}

/** What of a is more than b; nothing where it isn't. */
export function excessAmounts(a: Amounts, b: Amounts): Amounts {
  return mapAmounts(a, (amount, name) => {
    const first = parseQuantity(amount);
    const nanos = first.nanos - parseQuantity(own(b, name) ?? "0").nanos;
    return formatQuantity({ nanos: nanos < 0n ? 0n : nanos, format: first.format });
  });
}

/** Only some resources. */
export function pickAmounts(amounts: Amounts, names: readonly string[]): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => names.includes(name)));
}

/** Without resources of which there is nothing. */
export function withoutZeros(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => compareQuantities(amount, "0") !== 0));
}

function mapAmounts(amounts: Amounts, change: (amount: string, name: string) => string): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, change(amount, name)]));
}
