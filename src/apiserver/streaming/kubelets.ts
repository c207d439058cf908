import type { Node } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ClientTls } from "../../net/index.ts";
import type { Handler } from "../../net/message.ts";
import { Clients } from "./clients.ts";

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
/** Nodes whose connections are kept. */
const CLIENTS_MAX = 10_000;

/** Kubelets over TLS, where their nodes say that they serve. */
export function kubeletConnections(options: KubeletConnectionOptions): { readonly kubelets: Kubelets; close(): void } {
  const { clock, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const clients = new Clients({ clock, tls, connectTimeoutMs, clientsMax: CLIENTS_MAX });
  return {
    kubelets: async (_, read) => {
      const node = await read();
      const server = node && serverOf(node, options.addressTypes ?? ADDRESS_TYPES);
      return server === undefined ? undefined : clients.of(server).handle;
    },
    close: () => clients.close(),
  };
}

/** Where kubelets serve that don't say where. */
export const KUBELET_PORT = 10_250;

/** Where a node's kubelet serves; undefined when the node has no address of those types. */
export function serverOf({ status }: Pick<Node, "status">, addressTypes: readonly string[]): string | undefined {
  const port = status.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT;
  const addresses = status.addresses ?? [];
  const found = addressTypes.map((type) => addresses.find((one) => one.type === type)).find((one) => one !== undefined);
  if (!found) return undefined;
  return `https://${found.address.includes(":") ? `[${found.address}]` : found.address}:${port}`;
}
