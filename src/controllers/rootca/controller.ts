import { ConfigMap, isAlreadyExists, isNotFound, Namespace } from "../../api/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { NAME, plan } from "./plan.ts";

/** Publishes the cluster's root certificate to every namespace. Without one there is nothing to publish. */
export async function startRootCaController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, options } = environment;
  const { rootCa } = options;
  if (!rootCa) return;
  const namespaces = informers.for(Namespace);
  const maps = informers.for(ConfigMap, { fieldSelector: `metadata.name=${NAME}` });
  const queue = reconcileKeys(environment, {
    name: "root-ca",
    workers: 1,
    synced: [namespaces.synced, maps.synced],
    async reconcile(namespace, signal) {
      const known = maps.get({ namespace, name: NAME });
      const action = plan(namespaces.get({ name: namespace }), known, rootCa);
      if (!action) return undefined;
      try {
        const written =
          action.type === "create"
            ? await client.create(
                ConfigMap,
                { metadata: { namespace, name: NAME, annotations: action.annotations }, data: action.data ?? {} },
                { signal },
              )
            : await client.update(ConfigMap, action.object, { signal });
        await maps.expect(written, signal);
      } catch (error) {
        if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
      }
      return undefined;
    },
  });
  namespaces.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete() {} });
  const changed = ({ metadata }: ConfigMap) => queue.add(metadata.namespace);
  maps.subscribe({ apply: changed, delete: changed });
}
