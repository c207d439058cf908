import { isAlreadyExists, isNotFound, Namespace, ServiceAccount } from "../../api/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { isNamespaceTerminating } from "../common/pods.ts";
import { plan } from "./plan.ts";

/** Gives every namespace its default service account. */
export async function startServiceAccountController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const namespaces = informers.for(Namespace);
  const accounts = informers.for(ServiceAccount);
  const queue = reconcileKeys(environment, {
    name: "serviceaccount",
    workers: 1,
    synced: [namespaces.synced, accounts.synced],
    async reconcile(name, signal) {
      const missing = plan(namespaces.get({ name }), (account) => accounts.get({ namespace: name, name: account }));
      for (const account of missing) {
        try {
          const metadata = { namespace: name, name: account };
          await accounts.expect(await client.create(ServiceAccount, { metadata }, { signal }), signal);
        } catch (error) {
          if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
        }
      }
      return undefined;
    },
  });
  namespaces.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete() {} });
  accounts.subscribe({ apply() {}, delete: ({ metadata }) => queue.add(metadata.namespace) });
}
