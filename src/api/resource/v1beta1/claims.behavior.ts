import type { KindBehavior } from "../../kind.ts";
import { setDeviceDefaults } from "./devices.convert.ts";
import type { ResourceClaim } from "./resourceclaim.ts";
import type { ResourceClaimTemplate } from "./resourceclaimtemplate.ts";

/** Everything else is decided once a claim has the form in which it is stored. */
export const claimBehavior: KindBehavior<ResourceClaim> = {
  setDefaults: ({ spec }) => setDeviceDefaults(spec.devices as never),
};

/** The same of a template. */
export const claimTemplateBehavior: KindBehavior<ResourceClaimTemplate> = {
  setDefaults: ({ spec }) => setDeviceDefaults(spec.spec.devices as never),
};
