import { readFile } from "node:fs/promises";
import { startDns } from "../../dns/index.ts";
import { localAddress } from "../network/addresses.ts";
import type { DnsFlags } from "../flags/index.ts";
import { IDENTITIES } from "../identities.ts";
import { type ComponentEnvironment, contextOf, given, type RunningComponent } from "./environment.ts";

const CLUSTER_DNS = "10.96.0.10";

/** Starts cluster DNS. */
export async function startDnsComponent(flags: DnsFlags, environment: ComponentEnvironment): Promise<RunningComponent> {
  const context = contextOf(environment, { name: "dns", identity: IDENTITIES.dns, flags });
  await startDns(context, {
    host: flags["bind-address"] ?? localAddress(),
    port: flags.port ?? 0,
    clusterDns: flags["cluster-dns"] ?? CLUSTER_DNS,
    upstreams: flags.upstreams ?? (await resolvers()),
    ...given({ clusterDomain: flags["cluster-domain"] }),
  });
  return { ready: Promise.resolve() };
}

/** The resolvers of this machine. */
async function resolvers(): Promise<string[]> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]!);
}
