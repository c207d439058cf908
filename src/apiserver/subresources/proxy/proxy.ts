import { Endpoints, Node, notFound, Pod, Service, serviceUnavailable } from "../../../api/index.ts";
import type { Random } from "../../../base/index.ts";
import type { ApiResponse, Handler } from "../../../net/message.ts";
import type { Reads, RequestContext, SubresourceHandler } from "../../contracts.ts";
import { reachKubelet } from "../../streaming/pods.ts";
import { KUBELET_PORT, type Kubelets } from "../../streaming/kubelets.ts";
import { forward, splitProxyPath } from "./forward.ts";
import {
  type Endpoint,
  endpointsOf,
  endpointTarget,
  isNumber,
  nodeTarget,
  podTarget,
  type ProxyName,
  proxyName,
  type ProxyTarget,
  servicePortName,
} from "./targets.ts";

/** How the server reaches an address of the cluster. */
export type Dial = (target: ProxyTarget) => Handler;

export interface Proxies {
  readonly reads: Reads;
  readonly kubelets: Kubelets;
  readonly random: Random;
  readonly dial: Dial;
}

/** pods/proxy, services/proxy and nodes/proxy: requests to what runs in the cluster, through this server. */
export function proxies(parts: Proxies): [string, SubresourceHandler][] {
  const to = (target: (context: RequestContext) => Promise<ProxyTarget>) => async (context: RequestContext) => {
    const found = await target(context);
    return send(context, parts.dial(found), authorityOf(found));
  };
  return [
    ["pods/proxy", to((context) => toPod(parts, context))],
    ["services/proxy", to((context) => toService(parts, context))],
    ["nodes/proxy", (context) => toNode(parts, context)],
  ];
}

/** host:port, the port left out where the target has none. */
export function authorityOf({ host, port }: Pick<ProxyTarget, "host" | "port">): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

function send({ request, info }: RequestContext, handler: Handler, authority: string): Promise<ApiResponse> {
  // /api/v1/nodes/NAME/proxy or /api/v1/namespaces/NAMESPACE/pods/NAME/proxy.
  const segments = info.namespace === "" ? 5 : 7;
  return forward(handler, { request, authority, ...splitProxyPath(request.path, segments) });
}

async function toPod({ reads }: Proxies, { info }: RequestContext): Promise<ProxyTarget> {
  const asked = proxyName(info.name, "pod");
  const pod = await reads.get(Pod, { namespace: info.namespace, name: asked.name });
  if (!pod) throw notFound({ group: "", plural: "pods" }, asked.name);
  return podTarget(asked, pod);
}

async function toService({ reads, random }: Proxies, { info }: RequestContext): Promise<ProxyTarget> {
  const { namespace } = info;
  const asked = proxyName(info.name, "service");
  const portName = await portNameOf(reads, asked, namespace);
  const endpoints = await reads.get(Endpoints, { namespace, name: asked.name });
  if (!endpoints) throw notFound({ group: "", plural: "endpoints" }, asked.name);
  if (!endpoints.subsets?.length)
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(asked.name)}`);
  const found = endpointsOf(endpoints, portName, namespace);
  const start = found.length === 0 ? 0 : random.int(found.length);
  for (const endpoint of [...found.slice(start), ...found.slice(0, start)]) {
    const target = await checked(reads, endpoint, { namespace, asked });
    if (target) return target;
  }
  throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}`);
}

/** A number is looked up in the service; a name may be of endpoints without one. */
async function portNameOf(reads: Reads, asked: ProxyName, namespace: string): Promise<string> {
  if (!isNumber(asked.port)) return asked.port;
  const service = await reads.get(Service, { namespace, name: asked.name });
  if (!service) throw notFound({ group: "", plural: "services" }, asked.name);
  return servicePortName(asked, service);
}

async function checked(
  reads: Reads,
  endpoint: Endpoint,
  { namespace, asked }: { readonly namespace: string; readonly asked: ProxyName },
): Promise<ProxyTarget | undefined> {
  const pod = await reads.get(Pod, { namespace, name: endpoint.pod });
  return endpointTarget(endpoint, pod, asked.scheme);
}

/** The node's kubelet, or another port of the node. */
async function toNode({ reads, kubelets, dial }: Proxies, context: RequestContext): Promise<ApiResponse> {
  const asked = proxyName(context.info.name, "node");
  const node = await reads.get(Node, { name: asked.name });
  if (!node) throw notFound({ group: "", plural: "nodes" }, asked.name);
  const kubeletPort = node.status.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT;
  if (asked.port === "" || asked.port === String(kubeletPort))
    return send(context, await reachKubelet(kubelets, asked.name, async () => node), "");
  const target = nodeTarget(asked, node);
  return send(context, dial(target), authorityOf(target));
}
