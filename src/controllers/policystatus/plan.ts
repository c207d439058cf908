import type { ValidatingAdmissionPolicy } from "../../api/index.ts";
import type { DiscoveredKind } from "../common/environment.ts";

const KINDS_MAX = 10;

type Kind = Pick<DiscoveredKind, "group" | "version" | "kind">;

/** The kinds whose objects a policy's expressions will see, as far as its rules name them: in order, ten at most. */
export function kindsOf({ spec }: ValidatingAdmissionPolicy, served: readonly DiscoveredKind[]): readonly Kind[] {
  const found = new Map<string, Kind>();
  for (const rule of spec.matchConstraints?.resourceRules ?? []) {
    const { apiGroups = [], apiVersions = [], resources = [] } = rule;
    if ([...apiGroups, ...apiVersions].includes("*")) continue;
    for (const plural of resources) {
      for (const kind of served) {
        const isMeant = kind.plural === plural && apiGroups.includes(kind.group) && apiVersions.includes(kind.version);
        if (isMeant) found.set(describeKind(kind), kind);
      }
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, kind]) => kind)
    .slice(0, KINDS_MAX);
}

/** A kind as warnings name it. */
export function describeKind({ group, version, kind }: Kind): string {
  return `${group === "" ? "" : `${group}/`}${version}, Kind=${kind}`;
}

/** The kind of a policy's parameters; undefined when it has none. */
export function paramKindOf({ spec }: ValidatingAdmissionPolicy): Kind | undefined {
  if (!spec.paramKind) return undefined;
  const { apiVersion = "", kind = "" } = spec.paramKind;
  const slash = apiVersion.indexOf("/");
  return { group: slash < 0 ? "" : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}
