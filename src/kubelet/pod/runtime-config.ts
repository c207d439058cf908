import type { Container, Pod } from "../../api/index.ts";
import type {
  ContainerConfig,
  ContainerSecurity,
  DnsConfig,
  Image,
  Mount,
  PortMapping,
  SandboxConfig,
} from "../cri/index.ts";
import type { Environment } from "./environment.ts";
import { expand } from "./expand.ts";
import { containerHash } from "./hash.ts";
import {
  ANNOTATION_DELETION_GRACE,
  ANNOTATION_GRACE,
  ANNOTATION_HASH,
  ANNOTATION_MESSAGE_PATH,
  ANNOTATION_MESSAGE_POLICY,
  ANNOTATION_PORTS,
  ANNOTATION_PRE_STOP,
  ANNOTATION_RESOURCES,
  ANNOTATION_RESTARTS,
  LABEL_CONTAINER_NAME,
  LABEL_POD_NAME,
  LABEL_POD_NAMESPACE,
  LABEL_POD_UID,
} from "./names.ts";
import { podHostname } from "./network-files.ts";
import { containerResources, podCgroup, resourcesText } from "./resources.ts";
import { containerSecurity, sandboxSecurity } from "./security.ts";

export interface SandboxInput {
  readonly pod: Pod;
  readonly attempt: number;
  readonly logDirectory: string;
  readonly dns: DnsConfig;
  readonly cgroupRoot: string;
}

/** What to ask of the runtime for a pod's sandbox. */
export function sandboxConfig(input: SandboxInput): SandboxConfig {
  const { pod, attempt, logDirectory, dns, cgroupRoot } = input;
  const { name, namespace, uid } = pod.metadata;
  const sysctls = Object.fromEntries((pod.spec.securityContext?.sysctls ?? []).map((each) => [each.name, each.value]));
  return {
    metadata: { name, namespace, uid, attempt },
    // On the machine's network a pod has the machine's name; a runtime refuses to be given one.
    hostname: pod.spec.hostNetwork ? "" : podHostname(pod),
    logDirectory,
    dns,
    portMappings: portMappings(pod),
    labels: { ...pod.metadata.labels, ...podLabels(pod) },
    annotations: { ...pod.metadata.annotations },
    cgroupParent: podCgroup(cgroupRoot, pod),
    sysctls,
    security: sandboxSecurity(pod),
  };
}

function podLabels(pod: Pod) {
  return {
    [LABEL_POD_NAME]: pod.metadata.name,
    [LABEL_POD_NAMESPACE]: pod.metadata.namespace,
    [LABEL_POD_UID]: pod.metadata.uid,
  };
}

/** On the node's network there is nothing to map. */
function portMappings(pod: Pod): PortMapping[] {
  if (pod.spec.hostNetwork) return [];
  const sidecars = (pod.spec.initContainers ?? []).filter((each) => each.restartPolicy === "Always");
  return [...pod.spec.containers, ...sidecars].flatMap((container) =>
    (container.ports ?? []).map((port) => ({
      protocol: (port.protocol ?? "TCP") as PortMapping["protocol"],
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? "",
    })),
  );
}

export interface ContainerInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly image: Image;
  readonly environment: Environment;
  readonly mounts: readonly Mount[];
  readonly nodeMemoryBytes: number;
  /** The container whose processes this one sees beside its own. */
  readonly targetId?: string | undefined;
}

/** What to ask of the runtime for one container. */
export function containerConfig(input: ContainerInput): ContainerConfig {
  const { pod, container, attempt, image, environment } = input;
  const expandAll = (texts: readonly string[] | undefined) => (texts ?? []).map((text) => expand(text, environment));
  return {
    metadata: { name: container.name, attempt },
    image: image.id,
    userSpecifiedImage: container.image ?? "",
    command: expandAll(container.command),
    args: expandAll(container.args),
    workingDirectory: container.workingDir ?? "",
    env: Array.from(environment, ([name, value]) => ({ name, value })),
    mounts: input.mounts,
    labels: { [LABEL_CONTAINER_NAME]: container.name, ...podLabels(pod) },
    annotations: containerAnnotations(pod, container, attempt),
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    resources: containerResources(pod, container, input.nodeMemoryBytes),
    security: withTarget(containerSecurity(pod, container, image), input.targetId),
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
  };
}

function withTarget(security: ContainerSecurity, targetId: string | undefined): ContainerSecurity {
  if (targetId === undefined) return security;
  return { ...security, namespaces: { ...security.namespaces, pid: "Target", targetId } };
}

/** What a restarted kubelet has to know of a container whose pod may be gone from the API server. */
function containerAnnotations(pod: Pod, container: Container, attempt: number): Record<string, string> {
  const annotations: Record<string, string> = {
    [ANNOTATION_HASH]: containerHash(container),
    [ANNOTATION_RESTARTS]: String(attempt),
    [ANNOTATION_RESOURCES]: resourcesText(container),
    [ANNOTATION_MESSAGE_PATH]: container.terminationMessagePath ?? "",
    [ANNOTATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? "File",
  };
  const { terminationGracePeriodSeconds } = pod.spec;
  if (terminationGracePeriodSeconds !== undefined)
    annotations[ANNOTATION_GRACE] = String(terminationGracePeriodSeconds);
  if (pod.metadata.deletionGracePeriodSeconds !== undefined)
    annotations[ANNOTATION_DELETION_GRACE] = String(pod.metadata.deletionGracePeriodSeconds);
  if (container.lifecycle?.preStop) annotations[ANNOTATION_PRE_STOP] = JSON.stringify(container.lifecycle.preStop);
  if (container.ports) annotations[ANNOTATION_PORTS] = JSON.stringify(container.ports);
  return annotations;
}
