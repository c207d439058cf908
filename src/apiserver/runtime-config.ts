import { type KindDefinition, groupVersion, kinds, previewKinds } from "../api/index.ts";

/** Which versions a server serves, other than the stable ones. */
export interface RuntimeConfigOptions {
  /**
   * What is served or not, by `group/version/resource`, `group/version` (`api/v1` for the core), `api/ga`, `api/beta`,
   * `api/alpha` or `api/all`; the most exact one holds. Default: stable versions only.
   */
  readonly runtimeConfig?: Readonly<Record<string, boolean>>;
  /** Features that are not in every server, by name. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
}

const STAGES: readonly (readonly [key: string, versions: RegExp])[] = [
  ["api/ga", /^v\d+$/],
  ["api/beta", /beta/],
  ["api/alpha", /alpha/],
];

/** The kinds that a server with these options serves, in the order of discovery. */
export function servedKinds({ runtimeConfig = {}, featureGates = {} }: RuntimeConfigOptions): KindDefinition[] {
  const wanted = (kind: KindDefinition, otherwise: boolean) => {
    const stage = STAGES.find(([, versions]) => versions.test(kind.version))?.[0] ?? "";
    const version = kind.group === "" ? `api/${kind.version}` : groupVersion(kind);
    const keys = [`${groupVersion(kind)}/${kind.plural}`, version, stage, "api/all"];
    return keys.map((key) => runtimeConfig[key]).find((value) => value !== undefined) ?? otherwise;
  };
  const own = kinds.filter((kind) => wanted(kind, true));
  const previews = previewKinds
    .filter(({ kind, gate }) => (gate === undefined || featureGates[gate]) && wanted(kind, false))
    .map(({ kind }) => kind);
  const groups = [...new Set([...own, ...previews].map(({ group }) => group))];
  return groups.flatMap((group) => [...own, ...previews].filter((kind) => kind.group === group));
}

/** Reads `api/all=true,apps/v1=false`, as flags give it; what it says to a key without a value is yes. */
export function parseRuntimeConfig(text: string): Record<string, boolean> {
  const entries = text
    .split(",")
    .filter((one) => one !== "")
    .map((one) => {
      const [key = "", value = "true"] = one.split("=");
      if (value !== "true" && value !== "false") throw new Error(`invalid value ${key}=${value}`);
      return [key.trim(), value === "true"] as const;
    });
  return Object.fromEntries(entries);
}
