import type { FieldError } from "../../kind.ts";
import { invalidValue, problemsAt, required, tooLong, tooMany, duplicateValue } from "../../validation/errors.ts";
import { cIdentifierProblems, dnsLabelProblems, dnsSubdomainProblems } from "../../validation/names.ts";

const DRIVER_MAX = 63;
const POOL_MAX = 253;
const ID_MAX = 32;

/** A list that has at most so many elements, each of which is checked unless there are more. */
export function validateItems<T>(
  path: string,
  items: readonly T[] | undefined,
  { max, check }: { readonly max: number; readonly check: (item: T, path: string) => FieldError[] },
): FieldError[] {
  const all = items ?? [];
  if (all.length > max) return [tooMany(path, all.length, max)];
  return all.flatMap((item, index) => check(item, `${path}[${index}]`));
}

/** The same, of elements that differ in a key; `at` says below which field of an element a twin is told. */
export function validateSet<T>(
  path: string,
  items: readonly T[] | undefined,
  rules: {
    readonly max: number;
    readonly key: (item: T) => unknown;
    readonly check: (item: T, path: string) => FieldError[];
  },
): FieldError[] {
  const seen = new Set<string>();
  const check = (item: T, at: string) => {
    const key = rules.key(item);
    const text = JSON.stringify(key);
    const twice = seen.has(text) ? [duplicateValue(at, key)] : [];
    seen.add(text);
    return [...rules.check(item, at), ...twice];
  };
  return validateItems(path, items, { max: rules.max, check });
}

export function validateDriver(path: string, driver: string | undefined): FieldError[] {
  if (!driver) return [required(path)];
  const errors = driver.length > DRIVER_MAX ? [tooLong(path, DRIVER_MAX)] : [];
  return [...errors, ...problemsAt(path, driver, dnsSubdomainProblems(driver.toLowerCase()))];
}

/** Subdomains joined by slashes. */
export function validatePool(path: string, pool: string | undefined): FieldError[] {
  if (!pool) return [required(path)];
  const errors = pool.length > POOL_MAX ? [tooLong(path, POOL_MAX)] : [];
  return [...errors, ...pool.split("/").flatMap((part) => problemsAt(path, part, dnsSubdomainProblems(part)))];
}

export function validateLabel(path: string, name: string | undefined): FieldError[] {
  return problemsAt(path, name ?? "", dnsLabelProblems(name ?? ""));
}

/** A name of its own, or one in a domain. */
export function validateQualified(path: string, name: string): FieldError[] {
  if (name === "") return [required(path, "name required")];
  const [first = "", second, ...rest] = name.split("/");
  // The original doesn't look at names of more parts.
  if (rest.length > 0) return [];
  if (second === undefined) return validateIdentifier(path, name);
  const domain = first === "" ? [invalidValue(path, "", "the domain must not be empty")] : validateDriver(path, first);
  return [
    ...domain,
    ...(second === "" ? [invalidValue(path, "", "the name must not be empty")] : validateIdentifier(path, second)),
  ];
}

/** A name that must say its domain. */
export function validateFullyQualified(path: string, name: string): FieldError[] {
  if (!name.includes("/")) {
    const detail = "a fully qualified name must be a domain and a name separated by a slash";
    return [...validateIdentifier(path, name), invalidValue(path, name, detail)];
  }
  return validateQualified(path, name);
}

function validateIdentifier(path: string, text: string): FieldError[] {
  const errors = text.length > ID_MAX ? [tooLong(path, ID_MAX)] : [];
  return [...errors, ...problemsAt(path, text, cIdentifierProblems(text))];
}
