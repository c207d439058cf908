import type { FieldError } from "../../../kind.ts";
import {
  dnsSubdomainProblems,
  duplicateValue,
  forbiddenField,
  invalidValue,
  ipProblems,
  parseIp,
  problemsAt,
  qualifiedNameProblems,
  rangeProblems,
  repeats,
} from "../../../validation/index.ts";
import type { ContainerStatus } from "../containerstatus.ts";
import type { Pod, PodCondition } from "../pod.ts";
import type { PodSpec } from "../podspec.ts";

const ID_MAX = 2_147_483_647;

type StatusList = "initContainerStatuses" | "containerStatuses" | "ephemeralContainerStatuses";

/** Rules of a pod's status: what is told of it must be possible after what was told before. */
export function validatePodStatus(pod: Pod, old: Pod): FieldError[] {
  const { status } = pod;
  const errors = validateConditions("status.conditions", status.conditions);
  if (pod.spec.nodeName !== old.spec.nodeName)
    errors.push(forbiddenField("status.nodeName", "may not be changed directly"));
  const { nominatedNodeName: node, qosClass, observedGeneration = 0 } = status;
  if (node && node !== old.status.nominatedNodeName)
    errors.push(...problemsAt("status.nominatedNodeName", node, dnsSubdomainProblems(node)));
  if (qosClass !== old.status.qosClass)
    errors.push(invalidValue("status.qosClass", qosClass ?? "", "field is immutable"));
  if (observedGeneration < 0)
    errors.push(invalidValue("status.observedGeneration", observedGeneration, "must be a non-negative integer"));
  return [
    ...errors,
    ...stayTerminated("containerStatuses", pod, old),
    ...stayTerminated("initContainerStatuses", pod, old),
    ...stayTerminated("ephemeralContainerStatuses", pod, old),
    ...validateClaimStatuses("status.resourceClaimStatuses", pod),
    ...validateIps("status.podIPs", status.podIPs ?? [], (at) => at),
    ...validateHostIps(pod),
    ...validateUsers("containerStatuses", pod),
    ...validateUsers("initContainerStatuses", pod),
    ...validateUsers("ephemeralContainerStatuses", pod),
  ];
}

function validateConditions(path: string, conditions: readonly PodCondition[] = []): FieldError[] {
  return conditions.flatMap(({ type = "", observedGeneration = 0 }, index) => [
    ...problemsAt(`${path}[${index}].Type`, type, qualifiedNameProblems(type)),
    ...(observedGeneration < 0
      ? [invalidValue(`${path}[${index}].observedGeneration`, observedGeneration, "must be greater than or equal to 0")]
      : []),
  ]);
}

/** Containers that have ended and won't be started again don't come back. */
function stayTerminated(list: StatusList, pod: Pod, old: Pod): FieldError[] {
  const now = new Map((pod.status[list] ?? []).map((status) => [status.name, status]));
  return (old.status[list] ?? []).flatMap((before, index) => {
    const terminated = before.state?.terminated;
    const after = now.get(before.name);
    if (!terminated || !after || after.state?.terminated) return [];
    if (mayRestart(old.spec, { list, status: before })) return [];
    return [forbiddenField(`status.${list}[${index}].state`, "may not be transitioned to non-terminated state")];
  });
}

function mayRestart(spec: PodSpec, { list, status }: { list: StatusList; status: ContainerStatus }): boolean {
  const exitCode = status.state?.terminated?.exitCode ?? 0;
  if (list === "ephemeralContainerStatuses") return false;
  const containers = (list === "initContainerStatuses" ? spec.initContainers : spec.containers) ?? [];
  const container = containers.find(({ name }) => name === status.name);
  for (const { exitCodes } of container?.restartPolicyRules ?? []) {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    if (exitCodes && listed === (exitCodes.operator === "In")) return true;
  }
  const policy = container?.restartPolicy ?? spec.restartPolicy;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

function validateClaimStatuses(path: string, { spec, status }: Pod): FieldError[] {
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name));
  const seen = new Set<string>();
  return (status.resourceClaimStatuses ?? []).flatMap(({ name, resourceClaimName }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!claims.has(name))
      errors.push(invalidValue(`${at}.name`, name, "must match the name of an entry in `spec.resourceClaims`"));
    if (seen.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    seen.add(name);
    if (resourceClaimName !== undefined)
      errors.push(...problemsAt(`${at}.resourceClaimName`, resourceClaimName, dnsSubdomainProblems(resourceClaimName)));
    return errors;
  });
}

interface Address {
  readonly ip: string;
}

/** One address of each family at most. */
function validateIps(path: string, addresses: readonly Address[], pathOf: (at: string) => string): FieldError[] {
  const errors = addresses.flatMap(({ ip }, index) =>
    problemsAt(pathOf(`${path}[${index}]`), ip ?? "", ipProblems(ip ?? "")),
  );
  if (addresses.length < 2) return errors;
  const families = new Set(addresses.map(({ ip }) => parseIp(ip)?.family));
  if (families.size !== 2 || addresses.length > 2) {
    const shown = addresses.map(({ ip }) => ({ IP: ip }));
    errors.push(invalidValue(path, shown, "may specify no more than one IP for each IP family"));
  }
  const again = repeats(addresses, ({ ip }) => ip);
  addresses.forEach((address, index) => {
    if (again.has(index)) errors.push(duplicateValue(`${path}[${index}]`, { IP: address.ip }));
  });
  return errors;
}

function validateHostIps({ status: { hostIP = "", hostIPs = [] } }: Pod): FieldError[] {
  const path = "status.hostIPs";
  if (hostIPs.length === 0) return [];
  const differs = hostIPs[0]!.ip !== hostIP;
  return [
    ...(differs ? [invalidValue(`${path}[0].ip`, hostIPs[0]!.ip, "must be equal to `hostIP`")] : []),
    ...validateIps(path, hostIPs, (at) => `${at}.ip`),
  ];
}

/** Whom a container's first process runs as. */
function validateUsers(list: StatusList, { spec, status }: Pod): FieldError[] {
  return (status[list] ?? []).flatMap(({ user }, index) => {
    const linux = user?.linux;
    if (!linux) return [];
    const at = `status.${list}[${index}].user.linux`;
    if (spec.os?.name === "windows") return [forbiddenField(at, "cannot be set for a windows pod")];
    const id = (path: string, value: number) => problemsAt(path, value, rangeProblems(value, 0, ID_MAX));
    return [
      ...id(`${at}.uid`, linux.uid),
      ...id(`${at}.gid`, linux.gid),
      ...(linux.supplementalGroups ?? []).flatMap((group, place) => id(`${at}.supplementalGroups[${place}]`, group)),
    ];
  });
}
