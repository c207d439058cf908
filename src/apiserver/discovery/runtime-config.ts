import { type KindDefinition, groupVersion, kinds, previewKinds } from "../../api/index.ts";

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

/** The features that can be turned on. */
export const FEATURE_GATES: readonly string[] = [
  ...new Set(previewKinds.flatMap(({ gate }) => (gate === undefined ? [] : [gate]))),
].sort();

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
