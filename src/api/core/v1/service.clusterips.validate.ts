import type { FieldError } from "../../kind.ts";
import {
  duplicateValue,
  invalidValue,
  ipProblems,
  legacyIpProblems,
  notSupported,
  parseIp,
  problemsAt,
  required,
} from "../../validation/index.ts";
import { isHeadless } from "./service.needs.ts";
import type { Service } from "./service.ts";

type Spec = Service["spec"];

const FAMILIES = ["IPv4", "IPv6"];
const FAMILY_POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const FIXED = "may not change once set";

/** The fields of a service that say which addresses it has in the cluster. */
export function validateClusterIPs({ spec }: Service, old: Service | undefined): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const errors = [...validateFirst(spec), ...validateFamilies(spec)];
  const each = validateEach(spec.clusterIPs ?? [], new Set(old?.spec.clusterIPs));
  if ((spec.clusterIPs ?? []).length > 2)
    each.push(invalidValue("spec.clusterIPs", spec.clusterIPs, "may only hold up to 2 values"));
  // With an address that is none, nothing more can be said of how they fit.
  if (each.some(({ detail }) => detail !== "may only hold up to 2 values")) return [...errors, ...each];
  return [...errors, ...each, ...validateFit(spec)];
}

function validateFirst({ clusterIP = "", clusterIPs = [] }: Spec): FieldError[] {
  const path = "spec.clusterIPs";
  if (clusterIP === "")
    return clusterIPs.length === 0
      ? []
      : [invalidValue(path, clusterIPs, "must be empty when `clusterIP` is not specified")];
  if (clusterIPs.length === 0) return [required(path)];
  return clusterIPs[0] === clusterIP ? [] : [invalidValue(path, clusterIPs, "first value must match `clusterIP`")];
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: Spec): FieldError[] {
  return [
    ...ipFamilies.flatMap((family, index) => [
      ...(FAMILIES.includes(family) ? [] : [notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES)]),
      ...(ipFamilies.indexOf(family) < index ? [duplicateValue(`spec.ipFamilies[${index}]`, family)] : []),
    ]),
    ...(ipFamilyPolicy === undefined || FAMILY_POLICIES.includes(ipFamilyPolicy)
      ? []
      : [notSupported("spec.ipFamilyPolicy", ipFamilyPolicy, FAMILY_POLICIES)]),
  ];
}

function validateEach(clusterIPs: readonly string[], known: ReadonlySet<string>): FieldError[] {
  return clusterIPs.flatMap((ip, index) => {
    if (index === 0 && ip === "None") {
      const alone = clusterIPs.length === 1;
      return alone ? [] : [invalidValue("spec.clusterIPs", clusterIPs, "'None' must be the first and only value")];
    }
    // What was there is as good as it was, where it doesn't stand first, too.
    if (ip === "None" && known.has(ip)) return [];
    return problemsAt(`spec.clusterIPs[${index}]`, ip, known.has(ip) ? legacyIpProblems(ip) : ipProblems(ip));
  });
}

function validateFit(spec: Spec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  if (isHeadless({ spec })) return [];
  const families = clusterIPs.map((ip) => `IPv${parseIp(ip)?.family}`);
  const twice = families.length > 1 && new Set(families).size !== 2;
  return [
    ...(twice
      ? [invalidValue("spec.clusterIPs", clusterIPs, "may specify no more than one IP for each IP family")]
      : []),
    ...clusterIPs.flatMap((ip, index) => {
      const wanted = ipFamilies[index];
      if (wanted === undefined || !FAMILIES.includes(wanted) || families[index] === wanted) return [];
      const detail = `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``;
      return [invalidValue(`spec.clusterIPs[${index}]`, ip, detail)];
    }),
  ];
}

/** The first address and family stay for a service's life; second ones may come and go. */
export function validateAddressesKept({ spec }: Service, { spec: old }: Service): FieldError[] {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return [];
  const bothHeadless = isHeadless({ spec }) && isHeadless({ spec: old });
  const policy = spec.ipFamilyPolicy;
  return [
    ...(bothHeadless
      ? []
      : validateKept({
          path: "spec.clusterIPs",
          what: "clusterIP",
          now: spec.clusterIPs,
          before: old.clusterIPs,
          policy,
        })),
    ...validateKept({
      path: "spec.ipFamilies",
      what: "ipFamily",
      now: spec.ipFamilies,
      before: old.ipFamilies,
      policy,
    }),
  ];
}

interface Kept {
  readonly path: string;
  readonly what: string;
  readonly now: readonly string[] | undefined;
  readonly before: readonly string[] | undefined;
  readonly policy: string | undefined;
}

function validateKept({ path, what, now = [], before = [], policy }: Kept): FieldError[] {
  const shown = now.length > 0 ? now : null;
  if (now.length === before.length)
    return before.flatMap((value, index) =>
      value === now[index] ? [] : [invalidValue(`${path}[${path === "spec.ipFamilies" ? 0 : index}]`, shown, FIXED)],
    );
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalidValue(`${path}[0]`, shown, `primary ${what} can not be unset`));
  else if (before.length > 0 && now[0] !== before[0]) errors.push(invalidValue(`${path}[0]`, shown, FIXED));
  if (now.length < before.length && now.length === 1 && policy !== "SingleStack") {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
    errors.push(invalidValue("spec.ipFamilyPolicy", policy ?? null, detail));
  }
  return errors;
}
