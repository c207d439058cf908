import { createHash } from "node:crypto";
import type { Clock, Log } from "../../base/index.ts";
import {
  type GrpcImplementation,
  type GrpcServer,
  listenGrpc,
  loadService,
  type PlainAnswer,
  type ProtocolDescriptor,
  type ServerTls,
} from "../../net/index.ts";
import descriptor from "../etcd-v3.json" with { type: "json" };
import type { Store } from "../store.ts";
import { electionHandlers, lockHandlers } from "./concurrency.ts";
import { HEALTH_SERVICE, healthHandlers } from "./health.ts";
import { type AccountStorage, Auth } from "./auth/auth.ts";
import { guarded } from "./auth/guard.ts";
import { authHandlers } from "./auth/handlers.ts";
import { kvHandlers } from "./kv.ts";
import { leaseHandlers } from "./lease.ts";
import {
  clusterHandlers,
  ETCD_VERSION,
  maintenanceHandlers,
  type MaintenanceParts,
  maintenanceStreams,
} from "./maintenance.ts";
import type { Member } from "./messages.ts";
import { Quota } from "./quota.ts";
import { watchHandler } from "./watch.ts";

/** Bytes of one request, with room for what surrounds the 1.5 MiB that a transaction may carry. */
const MESSAGE_BYTES_MAX = 2 * 1024 * 1024;

export interface EtcdServerOptions {
  readonly store: Store & { defragment?(): Promise<void> };
  /** host:port, port 0 for any; for each one a listener of its own. */
  readonly listen: readonly string[];
  readonly tls?: ServerTls;
  /** Without a client certificate that the authority signed nobody gets in. */
  readonly clientCertAuth?: boolean;
  readonly name: string;
  /** Where users and roles are kept; without it they last as long as the server. */
  readonly accounts?: AccountStorage;
  /** What clients are told to use. */
  readonly advertise?: readonly string[];
  /** 0 for etcd's default of 2 GiB, negative for none. */
  readonly quotaBytes?: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A store served as an etcd of one member. */
export interface EtcdServer {
  /** Ports in the order of `listen`. */
  readonly ports: readonly number[];
  close(graceMs: number): Promise<void>;
}

/** Serves etcd's v3 API from a store: KV, Watch, Lease, Maintenance, Cluster, Auth, Lock, Election, health. */
export async function serveEtcd(options: EtcdServerOptions): Promise<EtcdServer> {
  const { store, clock, log, tls } = options;
  const quota = new Quota(store, options.quotaBytes ?? 0);
  const auth = await Auth.open({ clock, ...(options.accounts && { storage: options.accounts }) });
  const servers: GrpcServer[] = [];
  const clientUrls: string[] = [...(options.advertise ?? [])];
  const parts: MaintenanceParts = {
    store,
    member: memberNamed(options.name),
    quota,
    clock,
    clientUrls,
    accounts: () => auth.accounts,
    defragment: store.defragment && (() => store.defragment!()),
  };
  const implementations = implementationsOf(parts, auth);
  try {
    for (const address of options.listen) {
      const server = await listenGrpc({
        listen: address,
        ...(tls && { tls }),
        ...(options.clientCertAuth && { clientCertAuth: true }),
        implementations,
        log,
        clock,
        messageBytesMax: MESSAGE_BYTES_MAX,
        plain: (path) => plainAnswer(path, parts),
      });
      servers.push(server);
      if (!options.advertise)
        clientUrls.push(`${tls ? "https" : "http"}://${address.replace(/:\d+$/, "")}:${server.port}`);
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close(0)));
    throw error;
  }
  return {
    ports: servers.map(({ port }) => port),
    async close(graceMs) {
      await Promise.all(servers.map((server) => server.close(graceMs)));
    },
  };
}

function memberNamed(name: string): Member {
  const id = (of: string) => createHash("sha256").update(of).digest().readBigUInt64BE();
  return { name, clusterId: id(`cluster ${name}`), memberId: id(`member ${name}`) };
}

function implementationsOf(parts: MaintenanceParts, auth: Auth): GrpcImplementation[] {
  const protocol = descriptor as unknown as ProtocolDescriptor;
  const service = (name: string) => loadService(protocol, name);
  const etcd = [
    { service: service("etcdserverpb.KV"), unary: kvHandlers(parts) },
    { service: service("etcdserverpb.Watch"), streaming: { Watch: watchHandler({ ...parts, auth }) } },
    { service: service("etcdserverpb.Lease"), ...leaseHandlers(parts) },
    {
      service: service("etcdserverpb.Maintenance"),
      unary: maintenanceHandlers(parts),
      streaming: maintenanceStreams(parts),
    },
    { service: service("etcdserverpb.Cluster"), unary: clusterHandlers(parts) },
    { service: service("etcdserverpb.Auth"), unary: authHandlers({ ...parts, auth }) },
    { service: service("v3lockpb.Lock"), unary: lockHandlers(parts) },
    { service: service("v3electionpb.Election"), ...electionHandlers(parts) },
  ];
  const names = etcd.map((one) => one.service.name);
  const health = healthHandlers(() => parts.store.revision(), names);
  return [...etcd.map((one) => guarded(one, auth, parts.store)), { service: HEALTH_SERVICE, unary: health }];
}

/** What is asked over plain HTTP on the same port. */
async function plainAnswer(path: string, { store, quota }: MaintenanceParts): Promise<PlainAnswer | undefined> {
  switch (path) {
    case "/version":
      return json(200, { etcdserver: ETCD_VERSION, etcdcluster: "3.6.0", storage: "3.6.0" });
    case "/health":
    case "/readyz":
    case "/livez": {
      const alive = await store.revision().then(
        () => true,
        () => false,
      );
      const healthy = alive && (path !== "/health" || !quota.isAlarmed);
      return json(healthy ? 200 : 503, { health: String(healthy), reason: quota.isAlarmed ? "ALARM NOSPACE" : "" });
    }
    case "/metrics": {
      const { revision, compactRevision, sizeBytes } = await store.status();
      return {
        status: 200,
        type: "text/plain; version=0.0.4",
        text: metricsText({ revision, compactRevision, sizeBytes, quotaBytes: quota.limitBytes }),
      };
    }
    default:
      return undefined;
  }
}

function json(status: number, value: object): PlainAnswer {
  return { status, type: "application/json", text: JSON.stringify(value) };
}

function metricsText(figures: {
  revision: number;
  compactRevision: number;
  sizeBytes: number;
  quotaBytes: number;
}): string {
  const gauges: readonly (readonly [string, string, number])[] = [
    ["etcd_server_has_leader", "Whether a leader exists: always, there is one member.", 1],
    ["etcd_debugging_mvcc_current_revision", "The newest revision.", figures.revision],
    ["etcd_debugging_mvcc_compact_revision", "What is older has been compacted.", figures.compactRevision],
    ["etcd_mvcc_db_total_size_in_bytes", "Keys and values that are kept, history included.", figures.sizeBytes],
    ["etcd_server_quota_backend_bytes", "Limit of that size.", figures.quotaBytes],
  ];
  return gauges
    .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`)
    .join("");
}
