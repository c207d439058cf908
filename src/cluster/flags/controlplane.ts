import {
  bool,
  choice,
  COMMON_FLAGS,
  duration,
  file,
  type FlagValues,
  fraction,
  int,
  list,
  port,
  text,
} from "./flag.ts";

/** How a component that is a client finds the API server. */
const CLIENT_FLAGS = {
  kubeconfig: file("how to reach the API server"),
  master: text("address of the API server instead of the kubeconfig's"),
} as const;

const RATE_FLAGS = {
  "kube-api-qps": fraction("requests to the API server a second; no limit without"),
  "kube-api-burst": int("requests above that at once"),
} as const;

const HEALTH_FLAGS = {
  "bind-address": text("address of health checks"),
  "secure-port": port("port of /healthz, /livez and /readyz over TLS; 0 for none"),
  "tls-cert-file": file("certificate of health checks; made without"),
  "tls-private-key-file": file("its key"),
} as const;

const LEADER_FLAGS = {
  "leader-elect": bool("only one instance acts at a time"),
  "leader-elect-lease-duration": duration("how long others wait after the leader was last heard of"),
  "leader-elect-renew-deadline": duration("how long the leader tries to be heard before it gives up"),
  "leader-elect-retry-period": duration("how often each tries"),
  "leader-elect-resource-name": text("name of the Lease"),
  "leader-elect-resource-namespace": text("its namespace"),
  "leader-elect-resource-lock": choice("what is held", ["leases"]),
} as const;
export type LeaderFlags = FlagValues<typeof LEADER_FLAGS>;
export type ClientFlags = FlagValues<typeof CLIENT_FLAGS & typeof RATE_FLAGS>;
export type HealthFlags = FlagValues<typeof HEALTH_FLAGS>;

export const SCHEDULER_FLAGS = {
  ...COMMON_FLAGS,
  ...CLIENT_FLAGS,
  ...RATE_FLAGS,
  ...HEALTH_FLAGS,
  ...LEADER_FLAGS,
  "pod-max-in-unschedulable-pods-duration": duration("after this an unschedulable pod is tried again without cause"),
} as const;
export type SchedulerFlags = FlagValues<typeof SCHEDULER_FLAGS>;

export const CONTROLLER_MANAGER_FLAGS = {
  ...COMMON_FLAGS,
  ...CLIENT_FLAGS,
  ...RATE_FLAGS,
  ...HEALTH_FLAGS,
  ...LEADER_FLAGS,
  controllers: list('controllers to run; "*" for those on by default, -NAME for one less'),
  "use-service-account-credentials": bool("each controller acts as a service account of its own"),
  "root-ca-file": file("authority that pods are given"),
  "service-account-private-key-file": file("key that signs the tokens of secrets"),
  "cluster-signing-cert-file": file("authority that signs certificate requests"),
  "cluster-signing-key-file": file("its key"),
  "cluster-cidr": text("pods' addresses"),
  "allocate-node-cidrs": bool("each node gets a part of them"),
  "node-cidr-mask-size": int("bits of a node's part", { max: 128 }),
  "service-cluster-ip-range": text("cluster addresses, which nodes must not get"),
  "node-monitor-grace-period": duration("silence after which a node counts as not ready"),
  "node-startup-grace-period": duration("the same for a new node"),
  "node-monitor-period": duration("how often nodes are looked at"),
  "node-eviction-rate": fraction("nodes a second whose pods are evicted"),
  "secondary-node-eviction-rate": fraction("the same when many nodes of a zone are not ready"),
  "unhealthy-zone-threshold": fraction("part of a zone's nodes that counts as many"),
  "large-cluster-size-threshold": int("nodes from which a cluster counts as large"),
  "terminated-pod-gc-threshold": int("ended pods that are kept"),
  "concurrent-replicaset-syncs": int("replica sets at a time", { min: 1 }),
  "concurrent-deployment-syncs": int("deployments at a time", { min: 1 }),
  "concurrent-job-syncs": int("jobs at a time", { min: 1 }),
  "concurrent-endpoint-syncs": int("endpoints at a time", { min: 1 }),
  "concurrent-service-endpoint-syncs": int("endpoint slices' services at a time", { min: 1 }),
  "concurrent-namespace-syncs": int("namespaces at a time", { min: 1 }),
  "concurrent-gc-syncs": int("garbage collector's objects at a time", { min: 1 }),
  "max-endpoints-per-slice": int("endpoints in a slice", { min: 1, max: 1000 }),
} as const;
export type ControllerManagerFlags = FlagValues<typeof CONTROLLER_MANAGER_FLAGS>;

export const CLOUD_CONTROLLER_MANAGER_FLAGS = {
  ...COMMON_FLAGS,
  ...CLIENT_FLAGS,
  ...RATE_FLAGS,
  ...HEALTH_FLAGS,
  ...LEADER_FLAGS,
  "cloud-provider": choice("the cloud; fake keeps routes and balancers in memory", ["fake"]),
  "configure-cloud-routes": bool("make routes to nodes' pods"),
  "route-reconciliation-period": duration("how often routes are looked at"),
  "node-monitor-period": duration("how often machines are looked at"),
} as const;
export type CloudControllerManagerFlags = FlagValues<typeof CLOUD_CONTROLLER_MANAGER_FLAGS>;

export const PROXY_FLAGS = {
  ...COMMON_FLAGS,
  ...CLIENT_FLAGS,
  ...RATE_FLAGS,
  "proxy-mode": choice("what makes the rules", ["nftables", "iptables"]),
  "cluster-cidr": text("pods' addresses"),
  "hostname-override": text("this node's name; default the machine's"),
  "iptables-min-sync-period": duration("shortest time between two applications of rules"),
  "data-dir": file("the cluster's data directory, under whose name the rules are; default /var/lib/navarch"),
  cleanup: bool("take all rules away and end"),
} as const;
export type ProxyFlags = FlagValues<typeof PROXY_FLAGS>;

export const DNS_FLAGS = {
  ...COMMON_FLAGS,
  ...CLIENT_FLAGS,
  ...RATE_FLAGS,
  "bind-address": text("address to listen on, reachable from pods"),
  port: port("port to listen on; 0 for any"),
  "cluster-dns": text("address that pods are given, inside the service range"),
  "cluster-domain": text("the cluster's domain"),
  upstreams: list("resolvers for all other names; default those of /etc/resolv.conf"),
} as const;
export type DnsFlags = FlagValues<typeof DNS_FLAGS>;
