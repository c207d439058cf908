import type { Plugin } from "../framework.ts";

const NOT_BUILT = { reasons: ["allocating resource claims is not built yet"], resolvable: false };

/** Devices that a pod asks for through resource claims. Pods without claims pass; others are turned down in words. */
export const dynamicResources: Plugin = {
  name: "DynamicResources",
  events: ["devicesChanged"],
  prepare: (pod) => (pod.spec.resourceClaims?.length ? { reject: NOT_BUILT } : { skipFilter: true, skipScore: true }),
  afterFilter: () => "no new claims to deallocate",
};
