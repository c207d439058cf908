import type { Node } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import { type ClientTls, createHttpClient, type HttpClient } from "../../net/index.ts";
import type { Handler } from "../../net/message.ts";

/** How the server reaches a node's kubelet; undefined: it can't now. `read` gets the node's object where that is needed. */
export type Kubelets = (nodeName: string, read: () => Promise<Node | undefined>) => Promise<Handler | undefined>;

export interface KubeletConnectionOptions {
  readonly clock: Clock;
  /** What is shown to kubelets, and whom to believe. */
  readonly tls: ClientTls;
  /** Which of a node's addresses to use, in this order. */
  readonly addressTypes?: readonly string[];
  readonly connectTimeoutMs?: number;
}

const ADDRESS_TYPES = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"];
const CONNECT_TIMEOUT_MS = 5_000;
/** Nodes whose connections are kept; the one not used for longest goes first. */
const CLIENTS_MAX = 10_000;

/** Kubelets over TLS, where their nodes say that they serve. */
export function kubeletConnections(options: KubeletConnectionOptions): { readonly kubelets: Kubelets; close(): void } {
  const clients = new Map<string, HttpClient>();
  const { clock, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const clientOf = (server: string) => {
    const client = clients.get(server) ?? createHttpClient({ server, tls, clock, connectTimeoutMs });
    clients.delete(server);
    clients.set(server, client);
    if (clients.size > CLIENTS_MAX) {
      const [oldest, idle] = clients.entries().next().value!;
      idle.close();
      clients.delete(oldest);
    }
    return client;
  };
  return {
    kubelets: async (_, read) => {
      const node = await read();
      const server = node && serverOf(node, options.addressTypes ?? ADDRESS_TYPES);
      return server === undefined ? undefined : clientOf(server).handle;
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

/** Where a node's kubelet serves; undefined when the node doesn't say. */
export function serverOf({ status }: Pick<Node, "status">, addressTypes: readonly string[]): string | undefined {
  const port = status.daemonEndpoints?.kubeletEndpoint?.Port;
  const addresses = status.addresses ?? [];
  const found = addressTypes.map((type) => addresses.find((one) => one.type === type)).find((one) => one !== undefined);
  if (!port || !found) return undefined;
  return `https://${found.address.includes(":") ? `[${found.address}]` : found.address}:${port}`;
}
