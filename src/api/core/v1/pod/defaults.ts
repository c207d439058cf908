import type { Mutable } from "../../../kind.ts";
import type { Container, Probe } from "../container.ts";
import type { PodSpec } from "../podspec.ts";
import type { Volume } from "../volume.ts";

const FILE_MODE = 0o644;

/** Defaults of a pod's spec, in pods and in templates. */
export function setPodSpecDefaults(spec: Mutable<PodSpec>): void {
  spec.restartPolicy ||= "Always";
  spec.dnsPolicy ||= "ClusterFirst";
  spec.schedulerName ||= "default-scheduler";
  spec.terminationGracePeriodSeconds ??= 30;
  spec.securityContext ??= {} as never;
  if (spec.serviceAccountName && !spec.serviceAccount) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount && !spec.serviceAccountName) spec.serviceAccountName = spec.serviceAccount;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    setContainerDefaults(container, spec.hostNetwork === true);
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume);
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    constraint.nodeAffinityPolicy ??= undefined as never;
    if (constraint.nodeAffinityPolicy === undefined) delete constraint.nodeAffinityPolicy;
  }
}

function setContainerDefaults(container: Mutable<Container>, hostNetwork: boolean): void {
  container.imagePullPolicy ||= /:latest$|^[^:@]*$|^[^@]*\/[^:@]*$/.test(container.image ?? "")
    ? "Always"
    : "IfNotPresent";
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  for (const port of container.ports ?? []) {
    port.protocol ||= "TCP";
    if (hostNetwork && !port.hostPort) port.hostPort = port.containerPort;
  }
  for (const variable of container.env ?? []) {
    const field = variable.valueFrom?.fieldRef;
    if (field) field.apiVersion ||= "v1";
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe) setProbeDefaults(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop])
    if (handler?.httpGet) setHttpDefaults(handler.httpGet);
  setRequestsFromLimits(container);
}

/** What is limited but not requested is requested in full. */
function setRequestsFromLimits(container: Mutable<Container>): void {
  const { limits } = container.resources ?? {};
  if (!limits) return;
  const requests: Record<string, string> = { ...container.resources.requests };
  for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount;
  container.resources.requests = Object.fromEntries(Object.entries(requests).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function setProbeDefaults(probe: Mutable<Probe>): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) setHttpDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= "";
}

function setHttpDefaults(action: { path?: string; scheme?: string }): void {
  action.path ||= "/";
  action.scheme ||= "HTTP";
}

function setVolumeDefaults(volume: Mutable<Volume>): void {
  const sources = [
    "persistentVolumeClaim",
    "hostPath",
    "configMap",
    "secret",
    "projected",
    "downwardAPI",
    "emptyDir",
    "nfs",
    "csi",
    "ephemeral",
    "image",
    "iscsi",
    "rbd",
    "azureDisk",
  ];
  const known = volume as unknown as Record<string, unknown>;
  if (!Object.keys(volume).some((key) => key !== "name") && !sources.some((key) => known[key])) known.emptyDir = {};
  if (volume.configMap) volume.configMap.defaultMode ??= FILE_MODE;
  if (volume.secret) volume.secret.defaultMode ??= FILE_MODE;
  if (volume.hostPath) volume.hostPath.type ??= "";
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= FILE_MODE;
    for (const item of volume.downwardAPI.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= "v1";
  }
  if (!volume.projected) return;
  volume.projected.defaultMode ??= FILE_MODE;
  for (const source of volume.projected.sources ?? []) {
    for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= "v1";
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
  }
}
