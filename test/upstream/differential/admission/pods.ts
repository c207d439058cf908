import type { Random } from "../../../../src/base/index.ts";
import { chance, some } from "../access/scene.ts";
import { pick } from "../mutate.ts";

export type Json = Record<string, unknown>;

/** How likely each single thing is that a standard may forbid; most pods break a few. */
const ODD = 0.07;

/** A field with one of some values, or nothing. */
function maybe(random: Random, likelihood: number, key: string, values: readonly unknown[]): Json {
  return chance(random, likelihood) ? { [key]: pick(values, random) } : {};
}

const CAPABILITIES = ["ALL", "NET_BIND_SERVICE", "CHOWN", "KILL", "NET_RAW", "SYS_TIME", "NET_ADMIN", "", "chown"];
const PROFILES = [
  { type: "RuntimeDefault" },
  { type: "Unconfined" },
  { type: "Localhost", localhostProfile: "x" },
  {},
  { type: "Other" },
];
const SELINUX = [
  { type: "container_t" },
  { type: "container_init_t" },
  { type: "container_engine_t" },
  { type: "container_kvm_t" },
  { type: "spc_t" },
  { user: "u" },
  { role: "r", type: "x" },
  { level: "s0:c1" },
  {},
];
const SYSCTLS = [
  ...[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "kernel.msgmax",
    "net.core.somaxconn",
  ],
  ...[
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_rmem",
  ],
  ...[
    "net.ipv4.ping_group_range",
    "net/ipv4/tcp_wmem",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_keepalive_probes",
  ],
];

/** Volumes of every type, right ones mostly. */
const VOLUMES: readonly Json[] = [
  { emptyDir: {} },
  { hostPath: { path: "/x" } },
  { secret: { secretName: "s" } },
  { configMap: { name: "c" } },
  { persistentVolumeClaim: { claimName: "p" } },
  { projected: { sources: [] } },
  { downwardAPI: {} },
  { csi: { driver: "d" } },
  { image: { reference: "r" } },
  {
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
    },
  },
  { nfs: { server: "s", path: "/x" } },
  { iscsi: { targetPortal: "1.2.3.4", iqn: "iqn.2001-04.com.example:x", lun: 0 } },
  { gcePersistentDisk: { pdName: "x" } },
  { awsElasticBlockStore: { volumeID: "x" } },
  { gitRepo: { repository: "x" } },
  { glusterfs: { endpoints: "x", path: "y" } },
  { rbd: { monitors: ["x"], image: "y" } },
  { flexVolume: { driver: "a/b" } },
  { cinder: { volumeID: "x" } },
  { cephfs: { monitors: ["x"] } },
  { flocker: { datasetName: "x" } },
  { fc: { targetWWNs: ["x"], lun: 0 } },
  { azureFile: { secretName: "x", shareName: "y" } },
  { azureDisk: { diskName: "x", diskURI: "https://a/b" } },
  { vsphereVolume: { volumePath: "x" } },
  { quobyte: { registry: "a:1", volume: "y" } },
  { portworxVolume: { volumeID: "x" } },
  { scaleIO: { gateway: "g", system: "s", secretRef: { name: "x" }, volumeName: "v" } },
  { storageos: { volumeName: "x", volumeNamespace: "y" } },
  {},
];

const PROBES: readonly Json[] = [
  { httpGet: { port: 80, host: "127.0.0.1" } },
  { httpGet: { port: 80, host: "" } },
  { httpGet: { port: 80 } },
  { tcpSocket: { port: 80, host: "10.0.0.1" } },
  { tcpSocket: { port: 80 } },
  { exec: { command: ["x"] } },
  { grpc: { port: 5 } },
];

function capabilities(random: Random): Json {
  if (chance(random, 0.6)) return { drop: ["ALL"] };
  return {
    ...(chance(random, 0.5) && { add: some(random, CAPABILITIES, 3) }),
    ...(chance(random, 0.5) && { drop: some(random, CAPABILITIES, 2) }),
  };
}

function containerContext(random: Random): Json | undefined {
  if (chance(random, 0.15)) return undefined;
  return {
    ...maybe(random, 0.8, "allowPrivilegeEscalation", [false, false, false, false, true]),
    ...(chance(random, 0.8) && { capabilities: capabilities(random) }),
    ...maybe(random, ODD, "privileged", [true, true, false]),
    ...maybe(random, ODD, "procMount", ["Unmasked", "Default", "Other", ""]),
    ...maybe(random, 0.1, "runAsNonRoot", [true, true, false]),
    ...maybe(random, ODD, "runAsUser", [0, 1000]),
    ...maybe(random, ODD, "seLinuxOptions", SELINUX),
    ...maybe(random, 0.12, "seccompProfile", PROFILES),
    ...maybe(random, ODD, "appArmorProfile", PROFILES),
    ...maybe(random, ODD, "windowsOptions", [{ hostProcess: true }, { hostProcess: false }, { runAsUserName: "x" }]),
  };
}

function container(random: Random, name: string): Json & { readonly name: string } {
  const context = containerContext(random);
  return {
    name,
    image: "i",
    ...(context && { securityContext: context }),
    ...(chance(random, ODD) && {
      ports: some(random, [80, 81, 0, 443], 3).map((hostPort, index) => ({ containerPort: 80 + index, hostPort })),
    }),
    ...maybe(random, ODD, "livenessProbe", PROBES),
    ...maybe(random, ODD / 2, "readinessProbe", PROBES),
    ...maybe(random, ODD / 2, "startupProbe", PROBES),
    ...(chance(random, ODD) && {
      lifecycle: { ...maybe(random, 0.6, "postStart", PROBES), ...maybe(random, 0.6, "preStop", PROBES) },
    }),
  };
}

/** A pod's spec that most standards have something against. */
export function brokenPodSpec(random: Random): Json & { readonly containers: readonly { readonly name: string }[] } {
  const containers = Array.from({ length: 1 + random.int(3) }, (_, index) => container(random, `c${index}`));
  const initContainers = Array.from({ length: Math.max(0, random.int(4) - 2) }, (_, index) => ({
    ...container(random, `i${index}`),
    ...maybe(random, 0.3, "restartPolicy", ["Always"]),
  }));
  const hostUsers = maybe(random, 0.12, "hostUsers", [false, false, true]);
  return {
    containers,
    ...(initContainers.length > 0 && { initContainers }),
    ...maybe(random, ODD, "hostNetwork", [true, true, false]),
    ...maybe(random, ODD, "hostPID", [true, true, false]),
    ...maybe(random, ODD, "hostIPC", [true, true, false]),
    ...hostUsers,
    ...maybe(random, 0.1, "os", [{ name: "windows" }, { name: "windows" }, { name: "linux" }, { name: "other" }]),
    ...(chance(random, 0.3) && {
      volumes: some(random, VOLUMES, 3).map((volume, index) => ({ name: `v${index}`, ...volume })),
    }),
    ...(chance(random, 0.8) && { securityContext: podContext(random) }),
  };
}

function podContext(random: Random): Json {
  return {
    ...maybe(random, 0.7, "runAsNonRoot", [true, true, true, true, false]),
    ...maybe(random, ODD, "runAsUser", [0, 1000]),
    ...maybe(random, 0.6, "seccompProfile", [...PROFILES, ...Array(5).fill(PROFILES[0])]),
    ...maybe(random, ODD, "seLinuxOptions", SELINUX),
    ...maybe(random, ODD, "appArmorProfile", PROFILES),
    ...maybe(random, ODD, "windowsOptions", [{ hostProcess: true }, { hostProcess: false }]),
    ...(chance(random, ODD) && { sysctls: some(random, SYSCTLS, 4).map((name) => ({ name, value: "1" })) }),
  };
}

/** Annotations that said in older versions what fields say now. */
export function podAnnotations(random: Random): Record<string, string> {
  if (chance(random, 0.85)) return {};
  const keys = [
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/c0",
    "container.seccomp.security.alpha.kubernetes.io/other",
    "container.apparmor.security.beta.kubernetes.io/c0",
    "container.apparmor.security.beta.kubernetes.io/i0",
    "container.apparmor.security.beta.kubernetes.io/other",
  ];
  const values = ["unconfined", "runtime/default", "docker/default", "localhost/x", "", "other"];
  return Object.fromEntries(some(random, keys, 3).map((key) => [key, pick(values, random)]));
}
