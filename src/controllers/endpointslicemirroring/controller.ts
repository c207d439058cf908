import { Endpoints, EndpointSlice, Service, unlessGone } from "../../api/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { isMirrored, MANAGED_BY, MANAGER, plan, SERVICE_NAME } from "./plan.ts";

/** Shows endpoints that somebody keeps by hand as slices, which is what everybody reads. */
export async function startEndpointSliceMirroringController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const endpoints = informers.for(Endpoints);
  const services = informers.for(Service);
  const slices = informers.for(EndpointSlice, { labelSelector: `${MANAGED_BY}=${MANAGER}` });
  slices.addIndex("service", ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.[SERVICE_NAME] ?? ""}`]);
  const queue = reconcileKeys(environment, {
    name: "endpointslice-mirroring",
    workers: 5,
    synced: [endpoints.synced, services.synced, slices.synced],
    async reconcile(key, signal) {
      const source = endpoints.get(splitKey(key));
      const known = slices.index("service", key);
      const decided = isMirrored(source, services.get(splitKey(key)))
        ? plan(source, known)
        : { create: [], update: [], remove: known };
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
      return undefined;
    },
  });
  const wake = (object: Endpoints | Service) => queue.add(keyOf(object));
  endpoints.subscribe({ apply: wake, delete: wake });
  services.subscribe({ apply: wake, delete: wake });
}
