import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type RawConfig, readConfigFile } from "./data/config-file.ts";
import { ConfigError } from "./errors.ts";
import { type Component, type ComponentFlags, COMPONENTS, FLAG_TABLES, parseFlags } from "./flags/index.ts";
import { parseStore, type StoreConfig } from "./store-config.ts";

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
  readonly flags: ComponentFlags;
  readonly yes: boolean;
}

export type NodesConfig =
  | { readonly type: "auto" | "real" | "none" }
  | { readonly type: "simulated"; readonly count: number };

const PORT_DEFAULT = 6443;
const SIMULATED_MAX = 10_000;

/** Checks all settings; throws {@link ConfigError} with one sentence for the first that is wrong. */
export function parseConfig(given: RawConfig, isRoot: boolean): ClusterConfig {
  const dataDirectory = resolve(given.dataDir ?? defaultDataDirectory(isRoot));
  const file = readConfigFile(dataDirectory);
  const componentFlags = [...(file.componentFlags ?? []), ...(given.componentFlags ?? [])];
  const raw = { ...file, ...given, componentFlags };
  return Object.freeze({
    dataDirectory,
    ...parseListen(raw.listen),
    nodes: parseNodes(raw.nodes ?? "auto"),
    store: parseStore(raw.store ?? "embedded", dataDirectory),
    disabled: parseDisabled(raw.disable),
    kubeconfig: raw.kubeconfig === undefined ? undefined : resolve(raw.kubeconfig),
    tokenAuthFile: raw.tokenAuthFile,
    flags: parseComponentFlags(raw.componentFlags),
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

function parseDisabled(text: string | undefined): ReadonlySet<Component> {
  return new Set((text ?? "").split(",").filter(Boolean).map(componentOf));
}

function componentOf(name: string): Component {
  const known = name === "controllers" ? "controller-manager" : COMPONENTS.find((one) => one === name);
  if (!known)
    throw new ConfigError(`find component: got ${JSON.stringify(name)}, wanted one of ${COMPONENTS.join(", ")}`);
  return known;
}

/** Flags that say where a component finds or serves others, which one process settles by itself. */
const SETTLED: Readonly<Partial<Record<Component, readonly string[]>>> = {
  kubelet: ["kubeconfig", "simulated", "address", "port", "tls-cert-file", "tls-private-key-file", "client-ca-file"],
  proxy: ["cleanup"],
};

function parseComponentFlags(words: readonly string[]): ComponentFlags {
  const byComponent = new Map<Component, string[]>();
  for (const word of words) {
    const match = /^--([a-z-]+)\.([a-z0-9-]+(?:=.*)?)$/s.exec(word);
    if (!match) throw new ConfigError(`read flag: got ${JSON.stringify(word)}, wanted --COMPONENT.FLAG=VALUE`);
    const component = componentOf(match[1]!);
    const [name] = match[2]!.split("=");
    if (SETTLED[component]?.includes(name!))
      throw new ConfigError(
        `read ${word}: in one process this is settled, wanted \`navarch ${component} --${name}\` apart`,
      );
    // A value has to stand in the same word, since the next one may be a flag of `up`.
    byComponent.set(component, [...(byComponent.get(component) ?? []), `--${match[2]}`]);
  }
  const parsed = COMPONENTS.map((component) => {
    const source = { component, table: FLAG_TABLES[component], prefix: `--${component}.` };
    return [component, parseFlags(byComponent.get(component) ?? [], source)];
  });
  return Object.fromEntries(parsed) as ComponentFlags;
}
