import { EndpointSlice, Node, Pod, Service, unlessGone } from "../../api/index.ts";
import type { Informer } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { selectsPod, watchServicePods } from "../common/service-pods.ts";
import { MANAGED_BY, MANAGER, plan, SERVICE_NAME } from "./plan.ts";

/** Keeps EndpointSlices in step with the pods that Services select. */
export async function startEndpointSliceController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options } = environment;
  const services = informers.for(Service);
  const pods = informers.for(Pod);
  const nodes = informers.for(Node);
  const slices = informers.for(EndpointSlice);
  slices.addIndex("service", ({ metadata }) => [
    metadata.labels?.[MANAGED_BY] === MANAGER ? `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME]}` : "",
  ]);
  const parts = { services, pods, nodes, slices };
  const queue = reconcileKeys(environment, {
    name: "endpointslice",
    workers: options.concurrentServiceEndpointSyncs ?? 5,
    synced: [services.synced, pods.synced, nodes.synced, slices.synced],
    backoff: { baseMs: 1000, maxMs: 1_000_000 },
    reconcile: (key, signal) => reconcile(environment, parts, key, signal),
  });
  watchServicePods({ services, pods }, (key) => queue.add(key));
  const changed = ({ metadata }: EndpointSlice) => {
    const name = metadata.labels?.[SERVICE_NAME];
    if (name && metadata.labels?.[MANAGED_BY] === MANAGER) queue.add(`${metadata.namespace}/${name}`);
  };
  slices.subscribe({ apply: changed, delete: changed });
  watchNodes(nodes, pods, services, (key) => queue.add(key));
}

/** A node that appears completes endpoints that waited for it; a zone that changes shows in them. */
function watchNodes(
  nodes: Informer<Node>,
  pods: Informer<Pod>,
  services: Informer<Service>,
  add: (key: string) => void,
): void {
  pods.addIndex("node", (pod) => [pod.spec.nodeName ?? ""]);
  const zone = (node: Node | undefined) => node?.metadata.labels?.["topology.kubernetes.io/zone"];
  const wake = (node: Node) => {
    for (const pod of pods.index("node", node.metadata.name))
      for (const service of services.list(pod.metadata.namespace)) if (selectsPod(service, pod)) add(keyOf(service));
  };
  nodes.subscribe({ apply: (node, old) => (!old || zone(old) !== zone(node)) && wake(node), delete: wake });
}

interface Parts {
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly slices: Informer<EndpointSlice>;
}

async function reconcile(
  { client, options }: ControllerEnvironment,
  { services, pods, nodes, slices }: Parts,
  key: string,
  signal: AbortSignal,
): Promise<undefined> {
  const service = services.get(splitKey(key));
  if (!service || service.metadata.deletionTimestamp || service.spec.type === "ExternalName" || !service.spec.selector)
    return;
  const decided = plan({
    service,
    pods: pods.list(service.metadata.namespace).filter((pod) => selectsPod(service, pod)),
    node: (name) => nodes.get({ name }),
    slices: slices.index("service", key),
    endpointsMax: options.maxEndpointsPerSlice ?? 100,
  });
  try {
    for (const slice of decided.create)
      await slices.expect(await client.create(EndpointSlice, slice, { signal }), signal);
    for (const slice of decided.update)
      await slices.expect(await client.update(EndpointSlice, slice, { signal }), signal);
    for (const slice of decided.remove) {
      const { namespace, name } = slice.metadata;
      await unlessGone(client.delete(EndpointSlice, { namespace, name }, { signal }));
      await slices.expectDeleted(slice, signal);
    }
  } catch (error) {
    if (!isNamespaceTerminating(error)) throw error;
  }
}
