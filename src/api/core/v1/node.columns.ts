import { ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Node } from "./node.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";
const ROLE_LABEL = "kubernetes.io/role";

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  textColumn("Status", statusText),
  textColumn("Roles", rolesText),
  ageColumn,
  textColumn("Version", ({ status }) => status.nodeInfo.kubeletVersion),
  wide(textColumn("Internal-IP", (node) => addressOf(node, "InternalIP"))),
  wide(textColumn("External-IP", (node) => addressOf(node, "ExternalIP"))),
  wide(textColumn("OS-Image", ({ status }) => status.nodeInfo.osImage || "<unknown>")),
  wide(textColumn("Kernel-Version", kernelText)),
  wide(textColumn("Container-Runtime", ({ status }) => status.nodeInfo.containerRuntimeVersion || "<unknown>")),
];

function statusText({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const text = !ready ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable ? `${text},SchedulingDisabled` : text;
}

function rolesText({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length);
    return key === ROLE_LABEL ? value : "";
  });
  return [...new Set(roles.filter((role) => role !== ""))].sort().join(",") || "<none>";
}

function addressOf({ status }: Node, wanted: string): string {
  return status.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>";
}

function kernelText({ status: { nodeInfo } }: Node): string {
  if (!nodeInfo.kernelVersion) return "<unknown>";
  return nodeInfo.architecture ? `${nodeInfo.kernelVersion} (${nodeInfo.architecture})` : nodeInfo.kernelVersion;
}
