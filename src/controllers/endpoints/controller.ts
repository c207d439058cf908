import { Endpoints, Pod, Service, unlessGone } from "../../api/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { selectsPod, watchServicePods } from "../common/service-pods.ts";
import { plan } from "./plan.ts";

/** Keeps the older Endpoints objects in step with the pods that Services select. */
export async function startEndpointsController(environment: ControllerEnvironment): Promise<void> {
  const { informers, options, client } = environment;
  const services = informers.for(Service);
  const pods = informers.for(Pod);
  const endpoints = informers.for(Endpoints);
  const queue = reconcileKeys(environment, {
    name: "endpoints",
    workers: options.concurrentEndpointSyncs ?? 5,
    synced: [services.synced, pods.synced, endpoints.synced],
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const service = services.get({ namespace, name });
      const known = endpoints.get({ namespace, name });
      if (!service) {
        if (known && hasManager(known)) await unlessGone(client.delete(Endpoints, { namespace, name }, { signal }));
        return undefined;
      }
      if (service.spec.type === "ExternalName" || !service.spec.selector) return undefined;
      const next = plan(
        service,
        pods.list(namespace).filter((pod) => selectsPod(service, pod)),
        known,
      );
      if (!next) return undefined;
      try {
        const written = known
          ? await client.update(Endpoints, next, { signal })
          : await client.create(Endpoints, next, { signal });
        await endpoints.expect(written, signal);
      } catch (error) {
        if (!isNamespaceTerminating(error)) throw error;
      }
      return undefined;
    },
  });
  watchServicePods({ services, pods }, (key) => queue.add(key));
  endpoints.subscribe({ apply() {}, delete: (object) => queue.add(keyOf(object)) });
}

function hasManager({ metadata }: Endpoints): boolean {
  return metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller";
}
