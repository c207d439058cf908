import type { Client } from "../../client/index.ts";
import type { DiscoveredKind } from "./environment.ts";

interface Group {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
  readonly preferredVersion?: { readonly version: string };
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Reads what the server serves: every resource in its group's preferred version. */
export function discovery(client: Client): (signal?: AbortSignal) => Promise<readonly DiscoveredKind[]> {
  return async (signal) => {
    const options = signal ? { signal } : {};
    const { groups } = await client.getJson<{ groups?: readonly Group[] }>("/apis", options);
    const found: DiscoveredKind[] = await resourcesAt(client, "/api/v1", { group: "", version: "v1" }, options);
    for (const group of groups ?? []) {
      const seen = new Set<string>();
      for (const version of ordered(group)) {
        const place = { group: group.name, version };
        const resources = await resourcesAt(client, `/apis/${group.name}/${version}`, place, options);
        for (const resource of resources) {
          if (seen.has(resource.plural)) continue;
          seen.add(resource.plural);
          found.push(resource);
        }
      }
    }
    return found;
  };
}

function ordered({ versions, preferredVersion }: Group): string[] {
  const all = versions.map(({ version }) => version);
  const first = preferredVersion?.version ?? all[0];
  return [...all.filter((version) => version === first), ...all.filter((version) => version !== first)];
}

async function resourcesAt(
  client: Client,
  path: string,
  place: { readonly group: string; readonly version: string },
  options: { readonly signal?: AbortSignal },
): Promise<DiscoveredKind[]> {
  const { resources } = await client.getJson<{ resources?: readonly Resource[] }>(path, options);
  return (resources ?? [])
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced, verbs }) => ({
      ...place,
      kind,
      plural: name,
      scope: namespaced ? "Namespaced" : "Cluster",
      verbs,
    }));
}
