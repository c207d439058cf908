import { type FieldError, type Mutable, type Service, invalidValue, parseIp } from "../../api/index.ts";

type Spec = Mutable<Service>["spec"];
export type Family = "IPv4" | "IPv6";

const POLICY = "spec.ipFamilyPolicy";

/**
 * Fills in which families of addresses a service has, from what it says and what the cluster has; the first configured
 * family is the default. Says what can't be had. Changes the spec.
 */
export function fillFamilies(
  spec: Spec,
  old: Service["spec"] | undefined,
  configured: readonly Family[],
): FieldError[] {
  if (spec.type === "ExternalName") return [];
  if (old) dropSecond(spec, old);
  const isFree = spec.clusterIPs?.[0] === "None" && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= isFree ? "RequireDualStack" : "SingleStack";
  const impossible = [...tooManyForOne(spec), ...inferFamilies(spec, configured)];
  if (impossible.length > 0) return impossible;
  if (isFree) {
    fillFree(spec, configured);
    return [];
  }
  const missing = notConfigured(spec, configured);
  if (missing.length > 0) return missing;
  if (!spec.ipFamilies?.length) spec.ipFamilies = configured.slice(0, 1);
  if (spec.ipFamilyPolicy !== "SingleStack" && spec.ipFamilies.length === 1)
    spec.ipFamilies = [...spec.ipFamilies, ...configured.filter((family) => !spec.ipFamilies!.includes(family))];
  return [];
}

/** A service that goes back to one family keeps the first of what it had. */
function dropSecond(spec: Spec, old: Service["spec"]): void {
  if (spec.ipFamilyPolicy !== "SingleStack" || old.ipFamilyPolicy === "SingleStack") return;
  if (spec.clusterIPs?.length === 2 && String(spec.clusterIPs) === String(old.clusterIPs))
    spec.clusterIPs = spec.clusterIPs.slice(0, 1);
  if (spec.ipFamilies?.length === 2 && String(spec.ipFamilies) === String(old.ipFamilies))
    spec.ipFamilies = spec.ipFamilies.slice(0, 1);
}

function tooManyForOne({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: Spec): FieldError[] {
  if (ipFamilyPolicy !== "SingleStack") return [];
  const detail = (what: string) =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  return [
    ...(clusterIPs.length === 2 ? [invalidValue(POLICY, ipFamilyPolicy, detail("cluster IPs"))] : []),
    ...(ipFamilies.length === 2 ? [invalidValue(POLICY, ipFamilyPolicy, detail("IP families"))] : []),
  ];
}

/** Addresses that the service asks for say its families. */
function inferFamilies(spec: Spec, configured: readonly Family[]): FieldError[] {
  const errors: FieldError[] = [];
  const families = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === "None") break;
    const family = `IPv${parseIp(ip)?.family}` as Family;
    if (index < families.length) continue;
    if (configured.includes(family)) families.push(family);
    else
      errors.push(
        invalidValue(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`),
      );
  }
  if (families.length > 0) spec.ipFamilies = families;
  return errors;
}

/** A service without addresses and selector is filled by someone else, who may know more families than the cluster. */
function fillFree(spec: Spec, configured: readonly Family[]): void {
  const families = spec.ipFamilies?.length ? spec.ipFamilies : configured.slice(0, 1);
  const alone = spec.ipFamilyPolicy === "SingleStack" || families.length > 1;
  const other = families[0] === "IPv4" ? "IPv6" : "IPv4";
  spec.ipFamilies = alone ? [...families] : [...families, other];
}

function notConfigured({ ipFamilies = [], ipFamilyPolicy }: Spec, configured: readonly Family[]): FieldError[] {
  const needsTwo = ipFamilyPolicy === "RequireDualStack" && configured.length < 2;
  return [
    ...(needsTwo
      ? [invalidValue(POLICY, ipFamilyPolicy, "this cluster is not configured for dual-stack services")]
      : []),
    ...ipFamilies.flatMap((family, index) =>
      configured.includes(family as Family)
        ? []
        : [invalidValue(`spec.ipFamilies[${index}]`, family, "not configured on this cluster")],
    ),
  ];
}
