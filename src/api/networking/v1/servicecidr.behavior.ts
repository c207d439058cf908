import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  canonicalCidrProblems,
  IMMUTABLE,
  invalidValue,
  parseCidr,
  problemsAt,
  required,
} from "../../validation/index.ts";
import type { ServiceCIDR } from "./servicecidr.ts";

export const serviceCIDRBehavior: KindBehavior<ServiceCIDR> = {
  generation: false,
  prepareCreate(range) {
    range.status = {} as Mutable<ServiceCIDR>["status"];
  },
  validate: ({ spec }) => validateCidrs(spec.cidrs ?? []),
  validateUpdate: ({ spec }, old) => validateChange(spec.cidrs, old.spec.cidrs ?? []),
};

function validateCidrs(cidrs: readonly string[]): FieldError[] {
  const path = "spec.cidrs";
  if (cidrs.length === 0) return [required(path, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalidValue(path, { CIDRs: cidrs }, "may only hold up to 2 values")];
  const families = cidrs.map((cidr) => parseCidr(cidr)?.ip.family);
  const detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
  return [
    ...(families.length === 2 && families[0] !== undefined && families[0] === families[1]
      ? [invalidValue(path, cidrs, detail)]
      : []),
    ...cidrs.flatMap((cidr, index) => problemsAt(`${path}[${index}]`, cidr, canonicalCidrProblems(cidr))),
  ];
}

/** Ranges stay; a second one of the other family may be added. */
function validateChange(cidrs: readonly string[] | undefined, old: readonly string[]): FieldError[] {
  const length = cidrs?.length ?? 0;
  const isAdded = old.length === 1 && length === 2;
  if (!cidrs || (length !== old.length && !isAdded))
    return length === old.length ? [] : [invalidValue("spec.cidrs", cidrs ?? null, IMMUTABLE)];
  const changed = old.flatMap((cidr, index) =>
    cidr === cidrs[index] ? [] : [invalidValue(`spec.cidrs[${index}]`, cidrs[index], IMMUTABLE)],
  );
  return isAdded ? [...changed, ...validateCidrs(cidrs)] : changed;
}
