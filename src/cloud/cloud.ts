import { isNotFound, Node, Service } from "../api/index.ts";
import {
  type ComponentContext,
  createInformers,
  createQueue,
  eventRecorder,
  type Informer,
  runReconciler,
} from "../runtime/index.ts";
import { balancedNodes, CLEANUP, initialize, routeChanges, wantsBalancer } from "./plan.ts";
import type { CloudProvider } from "./provider.ts";

export interface CloudOptions {
  readonly provider: CloudProvider;
  /** Between two looks at all routes and at machines that may have gone. */
  readonly routeReconciliationPeriodMs?: number;
  readonly nodeMonitorPeriodMs?: number;
  /** Make routes to nodes' pods. Default true when the cloud has routes. */
  readonly configureCloudRoutes?: boolean;
}

/** Running loops between a cluster and its cloud. */
export interface CloudControllers {
  readonly ready: Promise<void>;
}

/** Starts the node, route and service loops, each if the cloud has that part. */
export async function startCloudControllers(
  context: ComponentContext,
  options: CloudOptions,
): Promise<CloudControllers> {
  const informers = createInformers(context);
  const nodes = informers.for(Node);
  const services = informers.for(Service);
  const ready = Promise.all([nodes.synced, services.synced]).then(() => undefined);
  ready.catch(() => undefined);
  const { provider, configureCloudRoutes = true } = options;
  if (provider.instances) runNodes(context, options, nodes);
  if (provider.routes && configureCloudRoutes) runRoutes(context, options, nodes);
  if (provider.loadBalancers) runServices(context, provider.loadBalancers, { nodes, services });
  return { ready };
}

/** Fills in new nodes, and deletes nodes whose machine has gone. */
function runNodes(
  context: ComponentContext,
  { provider, nodeMonitorPeriodMs = 5_000 }: CloudOptions,
  nodes: Informer<Node>,
): void {
  const { client, clock, scope, log } = context;
  const events = eventRecorder(context, { component: "cloud-node-lifecycle-controller" });
  const queue = createQueue<string>(context);
  runReconciler({
    name: "cloud-node",
    context,
    queue,
    workers: 1,
    async reconcile(name, signal) {
      const node = nodes.get({ name });
      const instance = node && (await provider.instances?.instanceOf(node, signal));
      const patch = node && instance && initialize(node, instance);
      if (!node || !instance || !patch) return;
      const { addresses } = instance;
      await client.patch(Node, { name }, { status: { addresses } }, { type: "merge", subresource: "status", signal });
      const { resourceVersion: _, ...metadata } = patch.metadata;
      await nodes.expect(await client.patch(Node, { name }, { ...patch, metadata }, { type: "merge", signal }), signal);
    },
  });
  nodes.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete() {} });
  scope.spawn("cloud node lifecycle", async (signal) => {
    await nodes.synced;
    for (;;) {
      await clock.sleep(nodeMonitorPeriodMs, signal);
      for (const node of nodes.list()) {
        const ready = node.status.conditions?.find(({ type }) => type === "Ready")?.status;
        if (ready === "True") continue;
        try {
          if (await provider.instances?.instanceOf(node, signal)) continue;
          const { name } = node.metadata;
          const message = `Deleting node ${name} because it does not exist in the cloud provider`;
          events.event(node, { type: "Normal", reason: "DeletingNode", message });
          await client.delete(Node, { name }, { signal });
        } catch (error) {
          if (signal.aborted) throw error;
          if (!isNotFound(error)) log.warn("Checking a node's machine failed", { node: node.metadata.name, error });
        }
      }
    }
  });
}

function runRoutes(
  context: ComponentContext,
  { provider, routeReconciliationPeriodMs = 10_000 }: CloudOptions,
  nodes: Informer<Node>,
): void {
  const { clock, scope, log } = context;
  const { routes } = provider;
  if (!routes) return;
  scope.spawn("cloud routes", async (signal) => {
    await nodes.synced;
    while (!signal.aborted) {
      try {
        const { create, remove } = routeChanges(nodes.list(), await routes.list(signal));
        for (const route of remove) await routes.delete(route, signal);
        for (const route of create) await routes.create(route, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn("Setting routes failed", { error });
      }
      await clock.sleep(routeReconciliationPeriodMs, signal);
    }
  });
}

function runServices(
  context: ComponentContext,
  balancers: NonNullable<CloudProvider["loadBalancers"]>,
  { nodes, services }: { readonly nodes: Informer<Node>; readonly services: Informer<Service> },
): void {
  const { client } = context;
  const events = eventRecorder(context, { component: "service-controller" });
  const queue = createQueue<string>({ ...context, backoff: { baseMs: 5_000, maxMs: 300_000 } });
  const setFinalizers = (service: Service, finalizers: readonly string[], signal: AbortSignal) => {
    const { namespace, name, resourceVersion } = service.metadata;
    const patch = { metadata: { resourceVersion, finalizers: finalizers.length > 0 ? finalizers : null } };
    return client.patch(Service, { namespace, name }, patch, { type: "merge", signal });
  };
  const setIngress = (service: Service, loadBalancer: unknown, signal: AbortSignal) => {
    const { namespace, name } = service.metadata;
    return client.patch(
      Service,
      { namespace, name },
      { status: { loadBalancer } },
      { type: "merge", subresource: "status", signal },
    );
  };
  runReconciler({
    name: "service",
    context,
    queue,
    workers: 1,
    async reconcile(key, signal) {
      const [namespace = "", name = ""] = key.split("/");
      const service = services.get({ namespace, name });
      if (!service) return;
      const finalizers = service.metadata.finalizers ?? [];
      if (!wantsBalancer(service)) {
        if (!finalizers.includes(CLEANUP)) return;
        events.event(service, { type: "Normal", reason: "DeletingLoadBalancer", message: "Deleting load balancer" });
        await balancers.delete(service, signal);
        if (!service.metadata.deletionTimestamp) await setIngress(service, { ingress: null }, signal);
        const fresh = await client.get(Service, { namespace, name }, { signal });
        await services.expect(
          await setFinalizers(
            fresh,
            finalizers.filter((one) => one !== CLEANUP),
            signal,
          ),
          signal,
        );
        events.event(service, { type: "Normal", reason: "DeletedLoadBalancer", message: "Deleted load balancer" });
        return;
      }
      // The finalizer stands before the balancer does: a service that goes meanwhile still takes it along.
      if (!finalizers.includes(CLEANUP)) await setFinalizers(service, [...finalizers, CLEANUP], signal);
      const ingress = await balancers.ensure(service, balancedNodes(nodes.list()), signal);
      const before = JSON.stringify(service.status.loadBalancer.ingress ?? []);
      const after = ingress.map((one) => ({ ...one, ...(one.ip && { ipMode: "VIP" }) }));
      if (before === JSON.stringify(after)) return;
      await services.expect(await setIngress(service, { ingress: after }, signal), signal);
      events.event(service, { type: "Normal", reason: "EnsuredLoadBalancer", message: "Ensured load balancer" });
    },
  });
  const wake = ({ metadata }: Service) => queue.add(`${metadata.namespace}/${metadata.name}`);
  services.subscribe({ apply: wake, delete() {} });
  const wakeAll = () => {
    for (const service of services.list()) if (wantsBalancer(service)) wake(service);
  };
  nodes.subscribe({ apply: (_, old) => !old && wakeAll(), delete: wakeAll });
}
