import { EndpointSlice, Node, Service } from "../api/index.ts";
import type { Timer } from "../base/index.ts";
import { type ComponentContext, createInformers } from "../runtime/index.ts";
import { openRuleSink, type RuleSink } from "./apply.ts";
import { compile } from "./compile.ts";

export interface ProxyOptions {
  /** This node's name: which backends are local. */
  readonly hostnameOverride: string;
  /** Pods' addresses: traffic from elsewhere to a cluster IP is masqueraded. */
  readonly clusterCidr?: string;
  /** Whose rules these are, for other clusters on the machine to see: a data directory. */
  readonly owner: string;
  /** Default auto: nftables where the machine has it, else iptables. */
  readonly proxyMode?: "nftables" | "iptables" | "auto";
  /** Shortest time between two applications, in ms. Default 100. */
  readonly minSyncPeriodMs?: number;
  /** For tests: where the rules go. */
  readonly sink?: RuleSink;
}

/** A running service proxy. */
export interface Proxy {
  readonly mode: "nftables" | "iptables";
  /** Resolves once the rules stand for the first time. */
  readonly ready: Promise<void>;
  /** Takes all rules away; the proxy must have been stopped. */
  cleanup(): Promise<void>;
}

const RETRY_MS = 1000;

/** Starts keeping the node's rules in step with Services and EndpointSlices. Rules stay when it stops. */
export async function startProxy(context: ComponentContext, options: ProxyOptions): Promise<Proxy> {
  const { clock, scope, log } = context;
  const sink =
    options.sink ??
    (await openRuleSink({
      mode: options.proxyMode ?? "auto",
      clusterCidr: options.clusterCidr,
      owner: options.owner,
      log,
    }));
  const informers = createInformers(context);
  const services = informers.for(Service);
  const slices = informers.for(EndpointSlice);
  const nodes = informers.for(Node, { fieldSelector: `metadata.name=${options.hostnameOverride}`, metadataOnly: true });
  const first = Promise.withResolvers<void>();
  let timer: Timer | undefined;
  let running = false;
  let dirty = false;

  const sync = async (signal: AbortSignal) => {
    running = true;
    dirty = false;
    let delayMs = options.minSyncPeriodMs ?? 100;
    try {
      const rules = compile({
        services: services.list(),
        slices: slices.list(),
        nodeName: options.hostnameOverride,
        zone: nodes.list()[0]?.metadata.labels?.["topology.kubernetes.io/zone"],
        family: "IPv4",
      });
      await sink.apply(rules, signal);
      first.resolve();
    } catch (error) {
      if (signal.aborted) return;
      log.warn("Applying service rules failed", { error });
      dirty = true;
      delayMs = RETRY_MS;
    } finally {
      running = false;
    }
    if (dirty) schedule(delayMs);
  };
  const schedule = (delayMs: number) => {
    timer ??= clock.timer(delayMs, () => {
      timer = undefined;
      scope.spawn("apply service rules", sync);
    });
  };
  const changed = () => {
    dirty = true;
    if (!running) schedule(options.minSyncPeriodMs ?? 100);
  };

  scope.defer(() => timer?.cancel());
  await Promise.all([services.synced, slices.synced, nodes.synced]);
  services.subscribe({ apply: changed, delete: changed });
  slices.subscribe({ apply: changed, delete: changed });
  nodes.subscribe({ apply: changed, delete: changed });
  scope.spawn("apply service rules", sync);
  return { mode: sink.mode, ready: first.promise, cleanup: () => sink.clear() };
}
