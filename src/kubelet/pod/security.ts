import type { Container, Pod } from "../../api/index.ts";
import type { ContainerSecurity, Image, NamespaceOptions, SandboxSecurity, SecurityProfile } from "../cri/index.ts";

const MASKED_PATHS = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** The namespaces that a pod's containers share with each other or with the node. */
function podNamespaces(pod: Pod): NamespaceOptions {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  return {
    network: hostNetwork ? "Node" : "Pod",
    ipc: hostIPC ? "Node" : "Pod",
    pid: hostPID ? "Node" : shareProcessNamespace ? "Pod" : "Container",
  };
}

/** What the pod's sandbox may do. */
export function sandboxSecurity(pod: Pod): SandboxSecurity {
  const own = pod.spec.securityContext;
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return {
    namespaces: podNamespaces(pod),
    ...(own?.runAsUser === undefined ? {} : { runAsUser: own.runAsUser }),
    ...(own?.runAsUser !== undefined && own.runAsGroup !== undefined ? { runAsGroup: own.runAsGroup } : {}),
    supplementalGroups: supplementalGroups(pod),
    privileged: all.some((each) => each.securityContext?.privileged === true),
    seccomp: { type: "RuntimeDefault" },
  };
}

/** What a container may do: its own settings over the pod's, and the image's user where neither says. */
export function containerSecurity(pod: Pod, container: Container, image: Image | undefined): ContainerSecurity {
  const own = container.securityContext;
  const shared = pod.spec.securityContext;
  const runAsUser = own?.runAsUser ?? shared?.runAsUser ?? image?.uid;
  const runAsGroup = own?.runAsGroup ?? shared?.runAsGroup;
  const privileged = own?.privileged === true;
  const unmasked = privileged || own?.procMount === "Unmasked";
  return {
    namespaces: podNamespaces(pod),
    addCapabilities: own?.capabilities?.add ?? [],
    dropCapabilities: own?.capabilities?.drop ?? [],
    privileged,
    ...(runAsUser !== undefined ? { runAsUser } : image?.username ? { runAsUsername: image.username } : {}),
    ...(runAsGroup === undefined || (runAsUser === undefined && !image?.username) ? {} : { runAsGroup }),
    readOnlyRootfs: own?.readOnlyRootFilesystem === true,
    supplementalGroups: supplementalGroups(pod),
    noNewPrivileges: own?.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : MASKED_PATHS,
    readOnlyPaths: unmasked ? [] : READ_ONLY_PATHS,
    seccomp: seccompProfile(own?.seccompProfile ?? shared?.seccompProfile),
    ...apparmor(own?.appArmorProfile ?? shared?.appArmorProfile),
  };
}

interface ProfileSetting {
  readonly type: string;
  readonly localhostProfile?: string;
}

function seccompProfile(setting: ProfileSetting | undefined): SecurityProfile {
  if (setting?.type === "RuntimeDefault") return { type: "RuntimeDefault" };
  if (setting?.type === "Localhost")
    return { type: "Localhost", localhostRef: `/var/lib/kubelet/seccomp/${setting.localhostProfile ?? ""}` };
  return { type: "Unconfined" };
}

function apparmor(setting: ProfileSetting | undefined): { apparmor?: SecurityProfile } {
  if (!setting) return {};
  if (setting.type === "Localhost")
    return { apparmor: { type: "Localhost", localhostRef: setting.localhostProfile ?? "" } };
  return { apparmor: { type: setting.type === "Unconfined" ? "Unconfined" : "RuntimeDefault" } };
}

function supplementalGroups(pod: Pod): number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  return fsGroup === undefined ? [...supplementalGroups] : [...supplementalGroups, fsGroup];
}

/** Throws upstream's message when runAsNonRoot forbids the user that the container would run as. */
export function verifyNonRoot(pod: Pod, container: Container, image: Image | undefined): void {
  const own = container.securityContext;
  const shared = pod.spec.securityContext;
  if (!(own?.runAsNonRoot ?? shared?.runAsNonRoot)) return;
  const place = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  const user = own?.runAsUser ?? shared?.runAsUser;
  if (user === 0) throw new Error(`container's runAsUser breaks non-root policy ${place}`);
  if (user !== undefined) return;
  if (image?.uid !== undefined && image.uid !== 0) return;
  if (image?.username && image.uid === undefined)
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${place}`,
    );
  throw new Error(`container has runAsNonRoot and image will run as root ${place}`);
}
