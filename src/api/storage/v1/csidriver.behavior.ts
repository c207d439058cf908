import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { duplicateValue, immutableField, invalidValue, notSupported, repeats } from "../../validation/index.ts";
import type { CSIDriver, CSIDriverSpec } from "./csidriver.ts";

const FS_GROUP_POLICIES = ["File", "None", "ReadWriteOnceWithFSType"];
const LIFECYCLE_MODES = ["Persistent", "Ephemeral"];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const UPDATE_PERIOD_SECONDS_MIN = 10;

export const csiDriverBehavior: KindBehavior<CSIDriver> = {
  requiresVersion: true,
  prepareCreate: dropDisabled,
  prepareUpdate(driver, old) {
    if (old.spec.preventPodSchedulingIfMissing === undefined) dropDisabled(driver);
    setDefaults(driver);
    // Counts changes, though only from the first one on.
    if (!jsonEqual(driver.spec, old.spec)) driver.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  setDefaults,
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...validateSpec(spec),
    ...immutableField("spec.attachedRequired", spec.attachRequired, old.spec.attachRequired),
    ...immutableField("spec.volumeLifecycleModes", spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
  ],
  generation: false,
  warnings: ({ spec }, old) =>
    spec.tokenRequests?.length &&
    !jsonEqual(spec.tokenRequests, old?.spec.tokenRequests ?? []) &&
    spec.serviceAccountTokenInSecrets === undefined
      ? [
          "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes",
        ]
      : [],
};

/** What needs a gate that is off. */
function dropDisabled({ spec }: Mutable<CSIDriver>): void {
  delete (spec as { preventPodSchedulingIfMissing?: unknown }).preventPodSchedulingIfMissing;
}

function setDefaults({ spec }: Mutable<CSIDriver>): void {
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= "ReadWriteOnceWithFSType";
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ["Persistent"];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

function validateSpec(spec: CSIDriverSpec): FieldError[] {
  const {
    fsGroupPolicy = "",
    tokenRequests = [],
    volumeLifecycleModes = [],
    nodeAllocatableUpdatePeriodSeconds: period,
  } = spec;
  const errors: FieldError[] = [];
  if (!FS_GROUP_POLICIES.includes(fsGroupPolicy))
    errors.push(notSupported("spec.fsGroupPolicy", fsGroupPolicy, FS_GROUP_POLICIES));
  errors.push(...validateTokens("spec.tokenRequests", tokenRequests));
  for (const mode of volumeLifecycleModes)
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported("spec.volumeLifecycleModes", mode, LIFECYCLE_MODES));
  if (period !== undefined && period < UPDATE_PERIOD_SECONDS_MIN) {
    const detail = `must be greater than or equal to ${UPDATE_PERIOD_SECONDS_MIN} seconds`;
    errors.push(invalidValue("spec.nodeAllocatableUpdatePeriodSeconds", period, detail));
  }
  if (spec.serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0) {
    const detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
    errors.push(invalidValue("spec.serviceAccountTokenInSecrets", spec.serviceAccountTokenInSecrets, detail));
  }
  return errors;
}

function validateTokens(path: string, requests: NonNullable<CSIDriverSpec["tokenRequests"]>): FieldError[] {
  const again = repeats(requests, ({ audience }) => audience);
  return requests.flatMap(({ audience, expirationSeconds: seconds }, index) => {
    if (again.has(index)) return [duplicateValue(`${path}[${index}].audience`, audience)];
    const at = `${path}[${index}].expirationSeconds`;
    if (seconds === undefined) return [];
    if (seconds < TOKEN_SECONDS_MIN)
      return [invalidValue(at, seconds, "may not specify a duration less than 10 minutes")];
    return seconds > TOKEN_SECONDS_MAX
      ? [invalidValue(at, seconds, "may not specify a duration larger than 2^32 seconds")]
      : [];
  });
}
