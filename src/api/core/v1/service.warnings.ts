import { formatIp, ipWarnings, parseCidr } from "../../validation/index.ts";
import { isHeadless } from "./service.needs.ts";
import type { Service } from "./service.ts";

const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

export function serviceWarnings(service: Service): string[] {
  const { metadata, spec } = service;
  const warnings: string[] = [];
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined)
    warnings.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`);
  if (!isHeadless(service))
    warnings.push(...(spec.clusterIPs ?? []).flatMap((ip, index) => ipWarnings(`spec.clusterIPs[${index}]`, ip)));
  else warnings.push(...headlessWarnings(spec));
  if (spec.externalIPs?.length && !isHeadless(service))
    warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  warnings.push(...(spec.externalIPs ?? []).flatMap((ip, index) => ipWarnings(`spec.externalIPs[${index}]`, ip)));
  if (spec.loadBalancerIP) warnings.push(...ipWarnings("spec.loadBalancerIP", spec.loadBalancerIP));
  warnings.push(
    ...(spec.loadBalancerSourceRanges ?? []).flatMap((cidr, index) =>
      cidrWarnings(`spec.loadBalancerSourceRanges[${index}]`, cidr),
    ),
  );
  if (spec.type === "ExternalName" && spec.externalIPs?.length)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== "ExternalName" && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === "PreferClose")
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function headlessWarnings(spec: Service["spec"]): string[] {
  return [
    ...(spec.loadBalancerIP ? ["spec.loadBalancerIP is ignored for headless services"] : []),
    ...(spec.externalIPs?.length ? ["spec.externalIPs is ignored for headless services"] : []),
    ...(spec.sessionAffinity !== "None" ? ["spec.SessionAffinity is ignored for headless services"] : []),
  ];
}

function cidrWarnings(path: string, text: string): string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [];
  const { ip, prefixLength, hostBits, leadingZeros } = cidr;
  const width = ip.family === 4 ? 32 : 128;
  const bits = BigInt(width - prefixLength);
  const canonical = JSON.stringify(
    `${formatIp({ family: ip.family, value: (ip.value >> bits) << bits })}/${prefixLength}`,
  );
  const given = JSON.stringify(text);
  const warnings: string[] = [];
  if (hostBits) {
    const single = JSON.stringify(`${formatIp(ip)}/${width}`);
    warnings.push(`${path}: CIDR value ${given} is ambiguous in this context (should be ${canonical} or ${single}?)`);
  }
  if (leadingZeros || ip.mapped)
    warnings.push(
      `${path}: non-standard CIDR value ${given} will be considered invalid in a future Kubernetes release: use ${canonical}`,
    );
  else if (ip.family === 6 && !hostBits && canonical !== given)
    warnings.push(`${path}: IPv6 CIDR value ${given} should be in RFC 5952 canonical format (${canonical})`);
  return warnings;
}
