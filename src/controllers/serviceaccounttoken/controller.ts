import { Secret, ServiceAccount, unlessGone } from "../../api/index.ts";
import { type PrivateKey, signJwt } from "../../pki/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { accountNameOf, base64, NAME_ANNOTATION, plan, UID_ANNOTATION } from "./plan.ts";

/** Who tokens without an end say they are from. */
const ISSUER = "kubernetes/serviceaccount";

/** Fills the token secrets that somebody makes for a service account, and takes them away with it. */
export async function startServiceAccountTokenController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, options } = environment;
  const { serviceAccountKey: key } = options;
  // Without the key no token can be made, and half a secret would mislead.
  if (!key) return;
  const secrets = informers.for(Secret);
  const accounts = informers.for(ServiceAccount);
  const queue = reconcileKeys(environment, {
    name: "serviceaccount-token",
    workers: options.concurrentServiceaccountTokenSyncs ?? 5,
    synced: [secrets.synced, accounts.synced],
    async reconcile(id, signal) {
      const secret = secrets.get(splitKey(id));
      const name = secret && accountNameOf(secret);
      if (!secret || !name || secret.metadata.deletionTimestamp) return undefined;
      const { namespace, uid } = secret.metadata;
      const known = accounts.get({ namespace, name });
      // The account may be newer than what we know of it: only the server can say that it is gone.
      const account = known ?? (await unlessGone(client.get(ServiceAccount, { namespace, name }, { signal })));
      const decided = plan(secret, account, options.rootCa);
      if (decided.do === "delete") {
        const where = { namespace, name: secret.metadata.name };
        await unlessGone(client.delete(Secret, where, { preconditions: { uid }, signal }));
        await secrets.expectDeleted(secret, signal);
      } else if (decided.do === "fill") {
        const token = decided.needsToken ? { token: base64(tokenOf(secret, account!, key)) } : {};
        const annotations = { ...secret.metadata.annotations, [UID_ANNOTATION]: account!.metadata.uid };
        const data = { ...secret.data, ...decided.data, ...token };
        const changed = { ...secret, metadata: { ...secret.metadata, annotations }, data };
        await secrets.expect(await client.update(Secret, changed, { signal }), signal);
      }
      return undefined;
    },
  });
  secrets.subscribe({ apply: (secret) => accountNameOf(secret) && queue.add(keyOf(secret)), delete: () => {} });
  const wake = ({ metadata: { namespace, name } }: ServiceAccount) => {
    for (const secret of secrets.list(namespace))
      if (secret.metadata.annotations?.[NAME_ANNOTATION] === name) queue.add(keyOf(secret));
  };
  accounts.subscribe({
    apply: (account, old) => old?.metadata.uid !== account.metadata.uid && wake(account),
    delete: wake,
  });
}

function tokenOf({ metadata }: Secret, account: ServiceAccount, key: PrivateKey): string {
  const { namespace, name, uid } = account.metadata;
  const claims = {
    iss: ISSUER,
    "kubernetes.io/serviceaccount/namespace": namespace,
    "kubernetes.io/serviceaccount/secret.name": metadata.name,
    "kubernetes.io/serviceaccount/service-account.name": name,
    "kubernetes.io/serviceaccount/service-account.uid": uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return signJwt(claims, key);
}
