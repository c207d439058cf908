import { hostname } from "node:os";
import { clearRules, startProxy } from "../../proxy/index.ts";
import type { ProxyFlags } from "../flags/index.ts";
import { IDENTITIES } from "../identities.ts";
import { type ComponentEnvironment, contextOf, given, type RunningComponent } from "./environment.ts";

const DATA_DIRECTORY = "/var/lib/navarch";

/** Starts the service proxy of this machine. */
export async function startProxyComponent(
  flags: ProxyFlags,
  environment: ComponentEnvironment,
): Promise<RunningComponent> {
  const context = contextOf(environment, { name: "proxy", identity: IDENTITIES.proxy, flags });
  return startProxy(context, {
    hostnameOverride: (flags["hostname-override"] ?? hostname()).toLowerCase(),
    owner: flags["data-dir"] ?? DATA_DIRECTORY,
    proxyMode: flags["proxy-mode"] ?? "auto",
    ...given({ clusterCidr: flags["cluster-cidr"], minSyncPeriodMs: flags["iptables-min-sync-period"] }),
  });
}

/** Takes the proxy's rules away from this machine: --cleanup. */
export async function cleanupProxy(flags: ProxyFlags, { log }: Pick<ComponentEnvironment, "log">): Promise<void> {
  await clearRules(flags["data-dir"] ?? DATA_DIRECTORY, log);
}
