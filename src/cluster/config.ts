import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What `navarch up` is told, parsed and checked once. */
export interface ClusterConfig {
  readonly dataDirectory: string;
  readonly host: string | undefined;
  readonly port: number;
  readonly nodes: NodesConfig;
  readonly store: StoreConfig;
  readonly disabled: ReadonlySet<Component>;
  /** One more place for the administrator's kubeconfig. */
  readonly kubeconfig: string | undefined;
  readonly tokenAuthFile: string | undefined;
  /** Upstream's flags by component. */
  readonly flags: Readonly<Partial<Record<Component, Readonly<Record<string, string>>>>>;
  readonly yes: boolean;
}

export type NodesConfig =
  | { readonly type: "auto" | "real" | "none" }
  | { readonly type: "simulated"; readonly count: number };

export type StoreConfig =
  | { readonly type: "embedded" | "memory" }
  | { readonly type: "etcd"; readonly endpoints: readonly string[] };

export const COMPONENTS = [
  "apiserver",
  "scheduler",
  "controller-manager",
  "cloud-controller-manager",
  "kubelet",
  "proxy",
  "dns",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** Words of the command line as they were given. */
export interface RawConfig {
  readonly dataDir?: string;
  readonly listen?: string;
  readonly nodes?: string;
  readonly store?: string;
  readonly disable?: string;
  readonly kubeconfig?: string;
  readonly tokenAuthFile?: string;
  readonly yes?: boolean;
  /** --COMPONENT.FLAG=VALUE */
  readonly componentFlags?: readonly string[];
}

/** A setting that makes no sense: what it is and what is wanted. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Flags that a component understands; any other is an error. */
const KNOWN_FLAGS: Readonly<Partial<Record<Component, readonly string[]>>> = {
  apiserver: [
    "anonymous-auth",
    "authorization-mode",
    "service-cluster-ip-range",
    "max-requests-inflight",
    "max-mutating-requests-inflight",
  ],
  scheduler: ["leader-elect"],
  "controller-manager": [
    "leader-elect",
    "controllers",
    "node-monitor-grace-period",
    "node-startup-grace-period",
    "cluster-cidr",
  ],
  kubelet: ["max-pods", "pod-manifest-path", "container-runtime-endpoint", "node-labels", "hostname-override"],
  proxy: ["proxy-mode"],
  dns: [],
};

const PORT_DEFAULT = 6443;
const SIMULATED_MAX = 10_000;

/** Checks all settings; throws {@link ConfigError} with one sentence for the first that is wrong. */
export function parseConfig(raw: RawConfig, isRoot: boolean): ClusterConfig {
  return Object.freeze({
    dataDirectory: resolve(raw.dataDir ?? defaultDataDirectory(isRoot)),
    ...parseListen(raw.listen),
    nodes: parseNodes(raw.nodes ?? "auto"),
    store: parseStore(raw.store ?? "embedded"),
    disabled: parseDisabled(raw.disable),
    kubeconfig: raw.kubeconfig === undefined ? undefined : resolve(raw.kubeconfig),
    tokenAuthFile: raw.tokenAuthFile,
    flags: parseFlags(raw.componentFlags ?? []),
    yes: raw.yes ?? false,
  });
}

/** Where a cluster lives unless told otherwise. */
export function defaultDataDirectory(isRoot: boolean): string {
  return isRoot ? "/var/lib/navarch" : join(homedir(), ".local", "share", "navarch");
}

function parseListen(text: string | undefined): { host: string | undefined; port: number } {
  if (text === undefined) return { host: undefined, port: PORT_DEFAULT };
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new ConfigError(`read --listen: got ${JSON.stringify(text)}, wanted HOST:PORT`);
  return { host: match[1] ?? (match[2] || undefined), port };
}

function parseNodes(text: string): NodesConfig {
  if (text === "auto" || text === "real" || text === "none") return { type: text };
  const count = Number(/^simulated:(\d+)$/.exec(text)?.[1]);
  if (count >= 1 && count <= SIMULATED_MAX) return { type: "simulated", count };
  throw new ConfigError(
    `read --nodes: got ${JSON.stringify(text)}, wanted auto, real, simulated:N (at most ${SIMULATED_MAX}) or none`,
  );
}

function parseStore(text: string): StoreConfig {
  if (text === "embedded" || text === "memory") return { type: text };
  const endpoints = /^etcd:\/\/(.+)$/.exec(text)?.[1]?.split(",");
  if (endpoints?.every((endpoint) => /^[^:]+:\d+$/.test(endpoint))) return { type: "etcd", endpoints };
  throw new ConfigError(`read --store: got ${JSON.stringify(text)}, wanted embedded, memory or etcd://HOST:PORT,…`);
}

function parseDisabled(text: string | undefined): ReadonlySet<Component> {
  return new Set((text ?? "").split(",").filter(Boolean).map(componentOf));
}

function componentOf(name: string): Component {
  const known = name === "controllers" ? "controller-manager" : COMPONENTS.find((one) => one === name);
  if (!known)
    throw new ConfigError(`find component: got ${JSON.stringify(name)}, wanted one of ${COMPONENTS.join(", ")}`);
  return known;
}

function parseFlags(words: readonly string[]): ClusterConfig["flags"] {
  const flags: Partial<Record<Component, Record<string, string>>> = {};
  for (const word of words) {
    const match = /^--([a-z-]+)\.([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (!match) throw new ConfigError(`read flag: got ${JSON.stringify(word)}, wanted --COMPONENT.FLAG=VALUE`);
    const component = componentOf(match[1]!);
    const known = KNOWN_FLAGS[component] ?? [];
    if (!known.includes(match[2]!)) {
      throw new ConfigError(
        `read flag: ${component} has no flag --${match[2]} here, wanted ${known.length > 0 ? `one of --${known.join(", --")}` : "none"}`,
      );
    }
    flags[component] = { ...flags[component], [match[2]!]: match[3] ?? "true" };
  }
  return flags;
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a Go duration such as 1h30m. */
export function parseDuration(flag: string, text: string): number {
  if (!/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text))
    throw new ConfigError(`read ${flag}: got ${JSON.stringify(text)}, wanted a duration such as 40s or 1h`);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(amount) * UNITS_MS[unit!]!;
  return total;
}
