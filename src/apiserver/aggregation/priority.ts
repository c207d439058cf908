import type { APIService } from "../../api/index.ts";
import apiServices from "../bootstrap/data/apiservices.json" with { type: "json" };

/** Where a version stands: higher ones come first, groups before their versions. */
export interface Priority {
  readonly group: number;
  readonly version: number;
}

/** Of what definitions define. */
export const CUSTOM_PRIORITY: Priority = { group: 1000, version: 100 };

/** The aggregator's own group has no API service, and comes before all that can have one. */
const AGGREGATOR = { groupPriorityMinimum: 20_001, versionPriority: 15 };
const OWN = new Map([
  ...apiServices.items.map(({ metadata, spec }) => [metadata.name, spec] as const),
  ["v1.apiregistration.k8s.io", AGGREGATOR],
]);

/** What the version's API service says, or would say if there were one. */
export function priorityOf(
  services: ReadonlyMap<string, APIService["spec"]>,
  { group, version }: { readonly group: string; readonly version: string },
): Priority {
  const name = `${version}.${group}`;
  const spec = services.get(name) ?? OWN.get(name);
  return spec ? { group: spec.groupPriorityMinimum, version: spec.versionPriority } : CUSTOM_PRIORITY;
}
