import type { Clock, Scope } from "../../../base/index.ts";
import { Clients } from "../../streaming/clients.ts";
import { authorityOf, type Dial } from "./proxy.ts";
import type { DialInside } from "./targets.ts";

const CLIENTS_MAX = 1000;
const CONNECT_TIMEOUT_MS = 30_000;

/** By the way that the server was given, and over the network where that leads nowhere. */
export function dialOf(options: { readonly clock: Clock; readonly scope: Scope; readonly dial?: DialInside }): Dial {
  const overNetwork = networkDial(options);
  const { dial } = options;
  return (target) => async (request) => ((await dial?.(target)) ?? overNetwork(target))(request);
}

/** Over the network. Certificates aren't checked: nothing says by whom those of pods are. */
function networkDial({ clock, scope }: { readonly clock: Clock; readonly scope: Scope }): Dial {
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
