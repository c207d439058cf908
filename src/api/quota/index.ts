/**
 * What objects take of quotas: pure, shared by the API server, which refuses what is too much, and the controller, which
 * counts what is there. Knows neither of them. Start at {@link evaluatorOf}.
 */
import type { Service } from "../core/v1/service.ts";
import { needsNodePorts, usesNodePorts } from "../core/v1/service.needs.ts";
import type { PersistentVolumeClaim } from "../core/v1/persistentvolumeclaim.ts";
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "../core/v1/resourcequota.ts";
import { CLASS_ANNOTATION } from "../core/v1/volumetext.ts";
import type { Amounts } from "./amounts.ts";
import { deviceClaimEvaluator } from "./device-usage.ts";
import type { Evaluator } from "./evaluator.ts";
import { matchesName, podEvaluator } from "./pod-usage.ts";

export { addAmounts, type Amounts, excessAmounts, maxAmounts, pickAmounts, withoutZeros } from "./amounts.ts";
export { containerAmounts, podAmounts } from "./pod-amounts.ts";
export type { Evaluator } from "./evaluator.ts";

interface Resource {
  readonly group: string;
  readonly plural: string;
}

/** Kinds of the core group that have a short name in quotas. */
const SHORT_NAMES = ["configmaps", "secrets", "resourcequotas", "replicationcontrollers"];
const CLASS_SUFFIX = ".storageclass.storage.k8s.io/";

const serviceEvaluator: Evaluator<Service> = {
  counts: (name) => ["services", "services.nodeports", "services.loadbalancers", "count/services"].includes(name),
  changes: true,
  usage(service) {
    const { type, ports = [] } = service.spec;
    const given = ports.filter(({ nodePort }) => nodePort).length;
    const nodePorts = !usesNodePorts(service) ? 0 : needsNodePorts(service) ? ports.length : given;
    return {
      "count/services": "1",
      services: "1",
      "services.nodeports": String(nodePorts),
      "services.loadbalancers": type === "LoadBalancer" ? "1" : "0",
    };
  },
};

const claimEvaluator: Evaluator<PersistentVolumeClaim> = {
  counts: (name) =>
    ["persistentvolumeclaims", "requests.storage", "count/persistentvolumeclaims"].includes(name) ||
    name.includes(CLASS_SUFFIX),
  changes: true,
  usage(claim) {
    const requested = claim.spec.resources?.requests?.storage;
    const name = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec.storageClassName;
    const of = (prefix: string): Amounts => ({
      [`${prefix}persistentvolumeclaims`]: "1",
      ...(requested !== undefined && { [`${prefix}requests.storage`]: requested }),
    });
    return { "count/persistentvolumeclaims": "1", ...of(""), ...(name && of(name + CLASS_SUFFIX)) };
  },
  inScope: ({ spec, status }, { scopeName, operator, values = [] }) => {
    if (scopeName !== "VolumeAttributesClass") return false;
    const names = [
      spec.volumeAttributesClassName,
      status?.currentVolumeAttributesClassName,
      status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
    ].filter((name) => name !== undefined && name !== "");
    return names.length === 0
      ? matchesName("", operator, values)
      : names.some((name) => matchesName(name!, operator, values));
  },
};

/** How objects of a resource count; anything can be counted by its name. */
export function evaluatorOf({ group, plural }: Resource): Evaluator<never> {
  if (group === "" && plural === "pods") return podEvaluator as Evaluator<never>;
  if (group === "" && plural === "services") return serviceEvaluator as Evaluator<never>;
  if (group === "" && plural === "persistentvolumeclaims") return claimEvaluator as Evaluator<never>;
  if (group === "resource.k8s.io" && plural === "resourceclaims") return deviceClaimEvaluator as Evaluator<never>;
  const count = `count/${group === "" ? plural : `${plural}.${group}`}`;
  const names = group === "" && SHORT_NAMES.includes(plural) ? [count, plural] : [count];
  return { counts: (name) => names.includes(name), usage: () => Object.fromEntries(names.map((name) => [name, "1"])) };
}

/** Whether a quota counts an object at all: it has a resource for it, and every scope of it fits. */
export function quotaMatches<T>({ spec, status }: ResourceQuota, evaluator: Evaluator<T>, object: T): boolean {
  const names = Object.keys(status.hard ?? {});
  if (!names.some(evaluator.counts)) return false;
  const exists = (scopeName: string): ScopedResourceSelectorRequirement => ({ scopeName, operator: "Exists" });
  const scopes = [...(spec.scopes ?? []).map(exists), ...(spec.scopeSelector?.matchExpressions ?? [])];
  return scopes.every((scope) => evaluator.inScope?.(object, scope) ?? false);
}
