/**
 * What a node answers to the API server and to monitoring: logs, commands, attachments, ports, figures. Start at
 * {@link kubeletHandler}.
 */
import { type Listener, listen, type ServerTls } from "../../net/index.ts";
import type { Kubelet } from "../kubelet.ts";
import { kubeletHandler } from "./handler.ts";

export { kubeletHandler } from "./handler.ts";

const CLOSE_MS = 500;

/** Serves a node's answers over TLS until the kubelet's scope closes. Clients may show a certificate of `tls.ca`. */
export async function serveKubelet(
  kubelet: Kubelet,
  options: { readonly host: string; readonly port: number; readonly tls: ServerTls },
): Promise<Listener> {
  const { clock, log, scope } = kubelet.context;
  const listener = await listen({ ...options, handler: kubeletHandler(kubelet), clock, log });
  scope.defer(() => listener.close(CLOSE_MS));
  return listener;
}
