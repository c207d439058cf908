import { own } from "../../base/index.ts";
import type { Container, Pod } from "../../api/index.ts";
import { milliValue, quantityValue } from "./quantity.ts";
import { findContainer } from "./names.ts";

/** What a pod can learn of itself beside its own object. */
export interface PodFacts {
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
  /** What stands for a limit that a container doesn't have. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The text of a fieldRef. Throws with upstream's words when the field isn't one. */
export function fieldText(pod: Pod, path: string, facts: PodFacts): string {
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(path);
  if (subscript) {
    const source = subscript[1] === "metadata.labels" ? pod.metadata.labels : pod.metadata.annotations;
    return source?.[subscript[2]!] ?? "";
  }
  const read = own(FIELDS, path);
  if (!read) throw new Error(`unsupported fieldPath: ${path}`);
  return read(pod, facts);
}

const FIELDS: Readonly<Record<string, (pod: Pod, facts: PodFacts) => string>> = {
  "metadata.name": (pod) => pod.metadata.name,
  "metadata.namespace": (pod) => pod.metadata.namespace,
  "metadata.uid": (pod) => pod.metadata.uid,
  "metadata.labels": (pod) => formatMap(pod.metadata.labels),
  "metadata.annotations": (pod) => formatMap(pod.metadata.annotations),
  "spec.nodeName": (pod) => pod.spec.nodeName ?? "",
  "spec.serviceAccountName": (pod) => pod.spec.serviceAccountName ?? "",
  "status.hostIP": (_, facts) => facts.hostIPs[0] ?? "",
  "status.hostIPs": (_, facts) => facts.hostIPs.join(","),
  "status.podIP": (_, facts) => facts.podIPs[0] ?? "",
  "status.podIPs": (_, facts) => facts.podIPs.join(","),
};

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map![key])}`)
    .join("\n");
}

export interface ResourceField {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string;
}

/** The text of a resourceFieldRef; `own` is the container it stands in, where it names no other. */
export function resourceText(pod: Pod, field: ResourceField, facts: PodFacts, own?: Container): string {
  const container = field.containerName ? findContainer(pod, field.containerName) : own;
  if (!container) throw new Error(`container ${field.containerName ?? ""} not found`);
  const [from, ...rest] = field.resource.split(".");
  const name = rest.join(".");
  const stated = from === "limits" ? container.resources.limits?.[name] : container.resources.requests?.[name];
  const value = stated ?? (from === "limits" ? facts.allocatable[name] : undefined) ?? "0";
  const divisor = quantityValue(field.divisor) || 1;
  if (name === "cpu") return String(Math.ceil(milliValue(value) / (divisor * 1000)));
  return String(Math.ceil(quantityValue(value) / divisor));
}
