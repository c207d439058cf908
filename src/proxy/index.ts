/**
 * The service proxy: keeps the kernel's rules such that Services reach their pods.
 * `compile.ts` turns Services and EndpointSlices into data, `nftables.ts` and `iptables.ts` render it, only `apply.ts` runs anything.
 */
export { clearRules, type InstalledRules, installedRules, isOwner, type RuleSink, type SinkOptions } from "./apply.ts";
export type { Backend, ServiceRule } from "./compile.ts";
export { type Proxy, type ProxyOptions, startProxy } from "./proxy.ts";
