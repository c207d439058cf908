import { own } from "../../../base/index.ts";
import { type Check, exceptUserNamespaces, namesWhere, type Subject, type Violation } from "./checks.ts";
import { containersText, distinct, plural, quoted, settersText } from "./subjects.ts";

const APPARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";

const DEFAULT_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];
const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_syncookies",
];
const SYSCTLS_27 = [...SYSCTLS, "net.ipv4.ip_local_reserved_ports"];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
];
const SYSCTLS_32 = [...SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

function appArmor({ spec, containers, annotations }: Subject): Violation | undefined {
  const pod = spec.securityContext?.appArmorProfile?.type === "Unconfined";
  const names = containers
    .filter(({ securityContext }) => securityContext?.appArmorProfile?.type === "Unconfined")
    .map(({ name }) => name);
  const bad = Object.entries(annotations).filter(
    ([key, profile]) => key.startsWith(APPARMOR_PREFIX) && !/^$|^runtime\/default$|^localhost\//.test(profile),
  );
  const setters = [settersText(pod, names), bad.length > 0 ? plural(bad.length, "annotation", "annotations") : ""];
  const values = distinct([
    ...(pod || names.length > 0 ? ["Unconfined"] : []),
    ...bad.map(([key, profile]) => `${key}="${profile}"`),
  ]);
  if (values.length === 0) return undefined;
  return {
    reason: plural(values.length, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
    detail: `${setters.filter(Boolean).join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function capabilities({ containers }: Subject): Violation | undefined {
  const added = containers.map(({ name, securityContext }) => ({
    name,
    bad: (securityContext?.capabilities?.add ?? []).filter((one) => !DEFAULT_CAPABILITIES.has(one)),
  }));
  const names = added.filter(({ bad }) => bad.length > 0).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const values = distinct(added.flatMap(({ bad }) => bad));
  return {
    reason: "non-default capabilities",
    detail: `${containersText(names)} must not include ${quoted(values)} in securityContext.capabilities.add`,
  };
}

function hostNamespaces({ spec }: Subject): Violation | undefined {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((field) => `${field}=true`).join(", ") };
}

function hostPathVolumes({ spec }: Subject): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${plural(names.length, "volume", "volumes")} ${quoted(names)}` };
}

function hostPorts(subject: Subject): Violation | undefined {
  const names = namesWhere(subject, ({ ports = [] }) => ports.some(({ hostPort }) => hostPort));
  if (names.length === 0) return undefined;
  const ports = distinct(
    subject.containers.flatMap(({ ports = [] }) => ports.flatMap(({ hostPort }) => (hostPort ? String(hostPort) : []))),
  );
  const uses = plural(names.length, "uses", "use");
  return {
    reason: "hostPort",
    detail: `${containersText(names)} ${uses} ${plural(ports.length, "hostPort", "hostPorts")} ${ports.join(", ")}`,
  };
}

/** Addresses that the kubelet is told to reach for a container. */
function reachedHosts({
  livenessProbe,
  readinessProbe,
  startupProbe,
  lifecycle,
}: Subject["containers"][number]): string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.flatMap((handler) =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host),
  ) as string[];
}

function hostProbes(subject: Subject): Violation | undefined {
  const names = namesWhere(subject, (container) => reachedHosts(container).length > 0);
  if (names.length === 0) return undefined;
  const hosts = distinct(subject.containers.flatMap(reachedHosts));
  const what = plural(hosts.length, "probe or lifecycle host", "probe or lifecycle hosts");
  return {
    reason: "probe or lifecycle host",
    detail: `${containersText(names)} ${plural(names.length, "uses", "use")} ${what} ${quoted(hosts)}`,
  };
}

function privileged(subject: Subject): Violation | undefined {
  const names = namesWhere(subject, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: "privileged", detail: `${containersText(names)} must not set securityContext.privileged=true` };
}

export function procMount(subject: Subject): Violation | undefined {
  const typeOf = ({ securityContext }: Subject["containers"][number]) => securityContext?.procMount ?? "Default";
  const names = namesWhere(subject, (container) => typeOf(container) !== "Default");
  if (names.length === 0) return undefined;
  const types = distinct(subject.containers.map(typeOf).filter((type) => type !== "Default"));
  return {
    reason: "procMount",
    detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

interface SeLinux {
  readonly type?: string;
  readonly user?: string;
  readonly role?: string;
}

function seLinux(allowed: readonly string[]) {
  const isBad = (options: SeLinux | undefined) =>
    options !== undefined && (!allowed.includes(options.type ?? "") || Boolean(options.user) || Boolean(options.role));
  return (subject: Subject): Violation | undefined => {
    const pod = subject.spec.securityContext?.seLinuxOptions;
    const names = namesWhere(subject, ({ securityContext }) => isBad(securityContext?.seLinuxOptions));
    if (!isBad(pod) && names.length === 0) return undefined;
    const all = [pod, ...subject.containers.map(({ securityContext }) => securityContext?.seLinuxOptions)];
    const types = distinct(all.map((options) => options?.type ?? "").filter((type) => !allowed.includes(type)));
    const faults = [
      ...(types.length > 0 ? [`${plural(types.length, "type", "types")} ${quoted(types)}`] : []),
      ...(all.some((options) => options?.user) ? ["user may not be set"] : []),
      ...(all.some((options) => options?.role) ? ["role may not be set"] : []),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${settersText(isBad(pod), names)} set forbidden securityContext.seLinuxOptions: ${faults.join("; ")}`,
    };
  };
}

/** Before seccomp had fields, annotations said it. */
function seccompAnnotations({ annotations, containers }: Subject): Violation | undefined {
  const keys = [SECCOMP_POD, ...containers.map(({ name }) => SECCOMP_PREFIX + name)];
  const bad = keys.flatMap((key) => {
    const value = own(annotations, key);
    const fine = value === undefined || /^(runtime|docker)\/default$|^localhost\//.test(value);
    return fine ? [] : [`${key}="${value}"`];
  });
  if (bad.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail: `forbidden ${plural(bad.length, "annotation", "annotations")} ${bad.join(", ")}`,
  };
}

/** Profiles that are set and confine nothing. */
export function badSeccomp(subject: Subject): Violation | undefined {
  const isBad = (type: string | undefined) => type !== undefined && type !== "RuntimeDefault" && type !== "Localhost";
  const pod = subject.spec.securityContext?.seccompProfile?.type;
  const types = subject.containers.map(({ securityContext }) => securityContext?.seccompProfile?.type);
  const names = namesWhere(subject, ({ securityContext }) => isBad(securityContext?.seccompProfile?.type));
  if (!isBad(pod) && names.length === 0) return undefined;
  const values = distinct([pod, ...types].filter((type) => isBad(type)) as string[]);
  return {
    reason: "seccompProfile",
    detail: `${settersText(isBad(pod), names)} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

function sysctls(allowed: readonly string[]) {
  return ({ spec }: Subject): Violation | undefined => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  };
}

function hostProcess(subject: Subject): Violation | undefined {
  const pod = subject.spec.securityContext?.windowsOptions?.hostProcess === true;
  const names = namesWhere(subject, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  if (!pod && names.length === 0) return undefined;
  const detail = `${settersText(pod, names)} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: "hostProcess", detail };
}

/** What known ways out of a container need, in the order in which it is told. */
export const BASELINE: readonly Check[] = [
  { id: "appArmorProfile", level: "baseline", versions: [[0, appArmor]] },
  { id: "capabilities_baseline", level: "baseline", versions: [[0, capabilities]] },
  { id: "hostNamespaces", level: "baseline", versions: [[0, hostNamespaces]] },
  { id: "hostPathVolumes", level: "baseline", versions: [[0, hostPathVolumes]] },
  { id: "hostPorts", level: "baseline", versions: [[0, hostPorts]] },
  { id: "hostProbesAndHostLifecycle", level: "baseline", versions: [[34, hostProbes]] },
  { id: "privileged", level: "baseline", versions: [[0, privileged]] },
  {
    id: "procMount",
    level: "baseline",
    versions: [
      [0, procMount],
      [35, exceptUserNamespaces(procMount)],
    ],
  },
  {
    id: "seLinuxOptions",
    level: "baseline",
    versions: [
      [0, seLinux(SELINUX_TYPES)],
      [31, seLinux([...SELINUX_TYPES, "container_engine_t"])],
    ],
  },
  {
    id: "seccompProfile_baseline",
    level: "baseline",
    versions: [
      [0, seccompAnnotations],
      [19, badSeccomp],
    ],
  },
  {
    id: "sysctls",
    level: "baseline",
    versions: [
      [0, sysctls(SYSCTLS)],
      [27, sysctls(SYSCTLS_27)],
      [29, sysctls(SYSCTLS_29)],
      [32, sysctls(SYSCTLS_32)],
    ],
  },
  { id: "windowsHostProcess", level: "baseline", versions: [[0, hostProcess]] },
];
