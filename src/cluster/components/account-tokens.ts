import { isAlreadyExists, isNotFound, ServiceAccount } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";
import { type Client, type Connection, createClient, httpsTransport } from "../../client/index.ts";
import type { ComponentContext } from "../../runtime/index.ts";

const NAMESPACE = "kube-system";
const TOKEN_SECONDS = 3600;
/** A token is replaced when this part of its life is over. */
const RENEW_AT = 0.8;

/** Clients over TLS that act as service accounts of kube-system; accounts and tokens are made on first use. */
export function accountClients(context: ComponentContext, connection: Connection): (account: string) => Client {
  const { clock, scope } = context;
  return (account) => {
    const { cert: _, key: __, ...server } = connection;
    const transport = httpsTransport({ ...server, token: accountToken(context, account), clock });
    scope.defer(() => transport.close());
    return createClient({ transport, clock, userAgent: `navarch-${account}` });
  };
}

/** The current token of an account. */
function accountToken({ client, clock }: ComponentContext, account: string): () => Promise<string> {
  let current: { readonly token: Promise<string>; renewMs: number } | undefined;
  const issue = async (): Promise<{ token: string; expiresMs: number }> => {
    const key = { namespace: NAMESPACE, name: account };
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: TOKEN_SECONDS },
    };
    const request = () =>
      client.createSubresource<{ status: { token: string; expirationTimestamp: string } }>(
        ServiceAccount,
        key,
        "token",
        body,
      );
    const { status } = await request().catch(async (error) => {
      if (!isNotFound(error)) throw error;
      await client.create(ServiceAccount, { metadata: key }).catch((other) => {
        if (!isAlreadyExists(other)) throw other;
      });
      return request();
    });
    return { token: status.token, expiresMs: parseTime(status.expirationTimestamp) };
  };
  return () => {
    if (current && clock.now() < current.renewMs) return current.token;
    const issued = issue();
    const next = { token: issued.then(({ token }) => token), renewMs: Number.POSITIVE_INFINITY };
    current = next;
    issued.then(
      ({ expiresMs }) => {
        next.renewMs = clock.now() + (expiresMs - clock.now()) * RENEW_AT;
      },
      () => {
        // The next request tries anew.
        if (current === next) current = undefined;
      },
    );
    return next.token;
  };
}
