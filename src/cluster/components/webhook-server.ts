import type { WebhookServer } from "../../apiserver/index.ts";
import { createHttpClient } from "../../net/index.ts";
import { type ComponentEnvironment, connectionOf } from "./environment.ts";

/** The server that a kubeconfig file names; its connections end with the scope. */
export function webhookServer(
  kubeconfig: string,
  { clock, scope }: Pick<ComponentEnvironment, "clock" | "scope">,
): WebhookServer {
  const { server, ca, cert, key, token, serverName, insecureSkipTlsVerify } = connectionOf({ kubeconfig })!;
  const url = new URL(server);
  const tls = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(serverName && { serverName }),
    ...(insecureSkipTlsVerify && { insecureSkipTlsVerify }),
  };
  const client = createHttpClient({ server: url.origin, tls, clock, ...(token && { token }) });
  scope.defer(() => client.close());
  return { handle: client.handle, path: url.pathname };
}
