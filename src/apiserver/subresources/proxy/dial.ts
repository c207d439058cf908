import type { Clock, Scope } from "../../../base/index.ts";
import { Clients } from "../../streaming/clients.ts";
import { authorityOf, type Dial } from "./proxy.ts";

const CLIENTS_MAX = 1000;
const CONNECT_TIMEOUT_MS = 30_000;

/** Over the network. Certificates aren't checked: nothing says by whom those of pods are. */
export function networkDial({ clock, scope }: { readonly clock: Clock; readonly scope: Scope }): Dial {
  const clients = new Clients({
    clock,
    tls: { insecureSkipTlsVerify: true },
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    upgrades: "tunnel",
    clientsMax: CLIENTS_MAX,
  });
  scope.defer(() => clients.close());
  return (target) => clients.of(`${target.scheme}://${authorityOf(target)}`).handle;
}
