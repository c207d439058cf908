import { EndpointSlice, Service } from "../api/index.ts";
import { type ComponentContext, createInformers } from "../runtime/index.ts";
import { clusterNames } from "./names.ts";
import { serveDns } from "./server.ts";

export interface DnsOptions {
  /** Address to listen on, reachable from pods. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Default cluster.local. */
  readonly clusterDomain?: string;
  /** The cluster DNS address that pods are given. */
  readonly clusterDns: string;
  readonly upstreams?: readonly string[];
}

/** A running DNS server. */
export interface Dns {
  readonly port: number;
}

const NAMESPACE = "kube-system";
const NAME = "kube-dns";
const MANAGER = "navarch-dns";

/** Serves cluster names and makes them reachable at the cluster DNS address through a Service of its own. */
export async function startDns(context: ComponentContext, options: DnsOptions): Promise<Dns> {
  const zone = options.clusterDomain ?? "cluster.local";
  const { names, synced } = clusterNames(createInformers(context));
  await synced;
  const { clock, log, scope } = context;
  const { port } = await serveDns({
    host: options.host,
    port: options.port,
    zone,
    names,
    upstreams: options.upstreams ?? [],
    clock,
    log,
    scope,
  });
  await publish(context, options, port);
  return { port };
}

/** The Service has no selector: its slice names this server. */
async function publish({ client }: ComponentContext, { clusterDns, host }: DnsOptions, port: number): Promise<void> {
  const labels = { "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" };
  const ports = ["UDP", "TCP"].map((protocol) => ({
    name: protocol === "UDP" ? "dns" : "dns-tcp",
    protocol,
    port: 53,
    targetPort: port,
  }));
  const service = { metadata: { name: NAME, namespace: NAMESPACE, labels }, spec: { clusterIP: clusterDns, ports } };
  await client.apply(Service, service, { fieldManager: MANAGER, force: true });
  const slice = {
    metadata: {
      name: `${NAME}-navarch`,
      namespace: NAMESPACE,
      labels: { "kubernetes.io/service-name": NAME, "endpointslice.kubernetes.io/managed-by": MANAGER },
    },
    addressType: "IPv4",
    ports: ports.map(({ name, protocol }) => ({ name, protocol, port })),
    endpoints: [{ addresses: [host], conditions: { ready: true, serving: true, terminating: false } }],
  };
  await client.apply(EndpointSlice, slice, { fieldManager: MANAGER, force: true });
}
