import { jsonEqual } from "../../base/index.ts";
import { ConfigMap, Secret, unlessGone } from "../../api/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { expiryMs, signedData, signingToken } from "./plan.ts";

const TOKENS = { namespace: "kube-system", fieldSelector: "type=bootstrap.kubernetes.io/token" };
const INFO = { namespace: "kube-public", name: "cluster-info" };
const SIGN = `${INFO.namespace}/${INFO.name}`;

/** Signs the public configuration with every token that may, so that who knows one can trust it. */
export async function startBootstrapSignerController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const secrets = informers.for(Secret, TOKENS);
  const infos = informers.for(ConfigMap, { namespace: INFO.namespace, fieldSelector: `metadata.name=${INFO.name}` });
  const queue = reconcileKeys(environment, {
    name: "bootstrap-signer",
    workers: 1,
    synced: [secrets.synced, infos.synced],
    async reconcile(_key, signal) {
      const info = infos.get(INFO);
      if (!info) return undefined;
      const nowMs = clock.now();
      const tokens = secrets.list().flatMap((secret) => signingToken(secret, nowMs) ?? []);
      const data = signedData(info, tokens);
      if (!jsonEqual(data, info.data ?? {}))
        await infos.expect(await client.update(ConfigMap, { ...info, data }, { signal }), signal);
      return undefined;
    },
  });
  const wake = () => queue.add(SIGN);
  secrets.subscribe({ apply: wake, delete: wake });
  infos.subscribe({ apply: wake, delete: () => {} });
}

/** Deletes tokens that have ended. */
export async function startTokenCleanerController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const secrets = informers.for(Secret, TOKENS);
  const queue = reconcileKeys(environment, {
    name: "token-cleaner",
    workers: 1,
    synced: [secrets.synced],
    async reconcile(key, signal) {
      const secret = secrets.get(splitKey(key));
      const endMs = secret && expiryMs(secret);
      if (!secret || endMs === undefined) return undefined;
      const waitMs = endMs - clock.now();
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      const { namespace, name, uid } = secret.metadata;
      await unlessGone(client.delete(Secret, { namespace, name }, { preconditions: { uid }, signal }));
      return undefined;
    },
  });
  secrets.subscribe({ apply: (secret) => queue.add(keyOf(secret)), delete: () => {} });
}
