import type { Mutable } from "../../../kind.ts";
import type { Container, EphemeralContainer, HTTPGetAction, Probe } from "../container.ts";
import type { Pod, PodStatus } from "../pod.ts";
import type { PodSpec } from "../podspec.ts";
import type { Volume } from "../volume.ts";
import { roundAmounts } from "../../../quantity.ts";
import { setRequestsFromLimits } from "./requests.ts";

const FILE_MODE = 0o644;
const TOKEN_SECONDS = 3600;
const GRACE_SECONDS = 30;

/** Defaults of a pod, beyond those of a template: what it asks for is written out. */
export function setPodDefaults(pod: Mutable<Pod>): void {
  const { spec } = pod;
  setPodSpecDefaults(spec);
  spec.enableServiceLinks ??= true;
  setRequestsFromLimits(spec);
  if (!spec.hostNetwork) return;
  for (const { ports } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}

/** Defaults of a pod's spec, in pods and in templates. */
export function setPodSpecDefaults(spec: Mutable<PodSpec>): void {
  spec.restartPolicy ||= "Always";
  spec.dnsPolicy ||= "ClusterFirst";
  spec.schedulerName ||= "default-scheduler";
  spec.terminationGracePeriodSeconds ??= GRACE_SECONDS;
  spec.securityContext ??= {} as never;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) setContainerDefaults(container);
  for (const container of spec.ephemeralContainers ?? []) setContainerDefaults(container);
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume);
  for (const amounts of [spec.overhead, spec.resources?.limits, spec.resources?.requests]) roundAmounts(amounts);
}

function setContainerDefaults(container: Mutable<Container> | Mutable<EphemeralContainer>): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? "");
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  roundAmounts(container.resources?.limits);
  roundAmounts(container.resources?.requests);
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= "v1";
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe) setProbeDefaults(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop])
    if (handler?.httpGet) setHttpDefaults(handler.httpGet);
}

/** What moves is pulled each time: an image without a tag or digest, or tagged latest. */
function pullPolicyOf(image: string): string {
  if (image.includes("@") || !isImageName(image)) return "IfNotPresent";
  const tag = /:([^/:]*)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest" ? "Always" : "IfNotPresent";
}

const IMAGE_PATH_MAX = 255;
const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST = "[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]";
const DOMAIN = `(?:(?:${HOST})(?:\\.(?:${HOST}))*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?`;
const IMAGE = new RegExp(`^((?:${DOMAIN}/)?${PART}(?:/${PART})*)(?::\\w[\\w.-]{0,127})?$`);

/** Whether a text names an image, with or without a tag: what doesn't is not looked for anew each time. */
function isImageName(image: string): boolean {
  const name = IMAGE.exec(image)?.[1];
  return name !== undefined && imagePath(name).length <= IMAGE_PATH_MAX && !/^[0-9a-f]{64}$/.test(image);
}

/** What a registry is asked for: the name without the registry's; Docker's own images are in its library. */
function imagePath(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length === 0) return `library/${name}`;
  return /[.:A-Z]/.test(first) || first === "localhost" ? rest.join("/") : name;
}

function setProbeDefaults(probe: Mutable<Probe>): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) setHttpDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= "";
}

function setHttpDefaults(action: Mutable<HTTPGetAction>): void {
  action.path ||= "/";
  action.scheme ||= "HTTP";
}

function setVolumeDefaults(volume: Mutable<Volume>): void {
  if (!Object.entries(volume).some(([key, source]) => key !== "name" && source)) volume.emptyDir = {};
  const { configMap, secret, hostPath, downwardAPI, projected, image, ephemeral } = volume;
  for (const source of [configMap, secret, downwardAPI, projected]) if (source) source.defaultMode ??= FILE_MODE;
  if (hostPath) hostPath.type ??= "";
  if (image) image.pullPolicy ||= pullPolicyOf(image.reference ?? "");
  if (ephemeral?.volumeClaimTemplate?.spec) ephemeral.volumeClaimTemplate.spec.volumeMode ??= "Filesystem";
  setFieldRefDefaults(downwardAPI?.items);
  for (const source of projected?.sources ?? []) {
    setFieldRefDefaults(source.downwardAPI?.items);
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
  }
}

function setFieldRefDefaults(items: { fieldRef?: { apiVersion?: string } }[] = []): void {
  for (const { fieldRef } of items) if (fieldRef) fieldRef.apiVersion ||= "v1";
}

/** Old and new clients tell a pod's addresses in different fields; the single one counts where they differ. */
export function setPodStatusDefaults(status: Mutable<PodStatus> | undefined): void {
  if (!status) return;
  const { podIP } = status;
  if (podIP && status.podIPs?.[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }];
  else if (!podIP && status.podIPs?.[0]) status.podIP = status.podIPs[0].ip;
}
