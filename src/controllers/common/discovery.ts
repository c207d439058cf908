import { groupVersion } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import type { Discovered, DiscoveredKind } from "./environment.ts";

interface GroupDiscoveryList {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly VersionDiscovery[];
  }[];
}

interface VersionDiscovery {
  readonly version: string;
  readonly resources?: readonly ResourceDiscovery[];
  /** Stale: what another server has told before, or nothing. */
  readonly freshness?: "Current" | "Stale";
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind?: { readonly kind: string };
  readonly scope: DiscoveredKind["scope"];
  readonly verbs: readonly string[];
}

const LIST = { group: "apidiscovery.k8s.io", version: "v2", kind: "APIGroupDiscoveryList" };

/**
 * Reads what the server serves: every resource in its group's preferred version. Two requests for all of it: controllers ask
 * again and again. What isn't known for now is told apart, so that one server that doesn't answer doesn't stop all.
 */
export function discovery(client: Client): (signal?: AbortSignal) => Promise<Discovered> {
  return async (signal) => {
    const read = (path: string) => client.getJson<GroupDiscoveryList>(path, { as: LIST, ...(signal && { signal }) });
    const groups = [...(await read("/api")).items, ...(await read("/apis")).items].map((item) => ({
      group: item.metadata?.name ?? "",
      versions: item.versions ?? [],
    }));
    return { kinds: groups.flatMap(resourcesOf), stale: groups.flatMap(staleVersions) };
  };
}

interface Group {
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly VersionDiscovery[];
}

const isStale = ({ freshness }: VersionDiscovery) => freshness === "Stale";

function staleVersions({ group, versions }: Group): string[] {
  return versions.filter(isStale).map(({ version }) => groupVersion({ group, version }));
}

/** What is said of group versions that nothing is known of. */
export function staleProblem(stale: readonly string[]): string | undefined {
  if (stale.length === 0) return undefined;
  const each = stale.map((one) => `${one}: stale GroupVersion discovery: ${one}`).join(", ");
  return `unable to retrieve the complete list of server APIs: ${each}`;
}

/** A resource counts in the first version that has it. */
function resourcesOf({ group, versions }: Group): DiscoveredKind[] {
  const found = new Map<string, DiscoveredKind>();
  for (const { version, resources = [] } of versions.filter((one) => !isStale(one))) {
    for (const { resource: plural, responseKind, scope, verbs } of resources) {
      if (found.has(plural)) continue;
      found.set(plural, { group, version, kind: responseKind?.kind ?? "", plural, scope, verbs });
    }
  }
  return [...found.values()];
}
