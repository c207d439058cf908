import type { ResourceClaim } from "../resource/v1/resourceclaim.ts";
import { addAmounts, type Amounts, maxAmounts } from "./amounts.ts";
import type { Evaluator } from "./evaluator.ts";

const COUNT = "count/resourceclaims.resource.k8s.io";
const CLASS_SUFFIX = ".deviceclass.resource.k8s.io/devices";
/** As many devices as a claim may be given. */
const DEVICES_MAX = 32;

type Request = NonNullable<ResourceClaim["spec"]["devices"]["requests"]>[number];
type Wanted = NonNullable<Request["firstAvailable"]>[number];

/** Claims of devices count by the classes of the devices, each request with the most that it may be given. */
export const deviceClaimEvaluator: Evaluator<ResourceClaim> = {
  counts: (name) => name === COUNT || name.endsWith(CLASS_SUFFIX),
  usage: ({ spec }) => (spec.devices?.requests ?? []).map(requestUsage).reduce(addAmounts, { [COUNT]: "1" }),
};

function requestUsage({ exactly, firstAvailable = [] }: Request): Amounts {
  return [...firstAvailable, ...(exactly ? [exactly] : [])].map(wantedUsage).reduce(maxAmounts, {});
}

function wantedUsage({
  deviceClassName,
  allocationMode,
  count = 1,
}: Pick<Wanted, "deviceClassName" | "allocationMode" | "count">): Amounts {
  if (allocationMode === "All") return { [deviceClassName + CLASS_SUFFIX]: String(DEVICES_MAX) };
  return allocationMode === "ExactCount" ? { [deviceClassName + CLASS_SUFFIX]: String(count) } : {};
}
