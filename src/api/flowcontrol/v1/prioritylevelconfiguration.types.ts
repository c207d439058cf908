import { int32, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";

export const PriorityLevelConfigurationStatus = struct(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus",
  () => ({
    conditions: list(1, PriorityLevelConfigurationCondition, {
      list: "map",
      keys: ["type"],
      patch: ["merge"],
      mergeKey: "type",
    }),
  }),
);
export interface PriorityLevelConfigurationStatus extends Infer<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfigurationCondition = struct(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition",
  () => ({
    type: string(1),
    status: string(2),
    lastTransitionTime: time(3),
    reason: string(4),
    message: string(5),
  }),
);
export interface PriorityLevelConfigurationCondition extends Infer<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationSpec = struct(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec",
  () => ({
    type: string(1, { always: true, required: true, rules: ["unionDiscriminator", "required", "discriminator"] }),
    limited: ref(2, LimitedPriorityLevelConfiguration, {
      ptr: true,
      rules: ["optional", 'member("Limited")=required', 'member("Exempt")=forbidden'],
    }),
    exempt: ref(3, ExemptPriorityLevelConfiguration, {
      ptr: true,
      rules: ["optional", 'member("Exempt")=optional', 'member("Limited")=forbidden'],
    }),
  }),
  { unions: [{ discriminator: "type", "fields-to-discriminateBy": { exempt: "Exempt", limited: "Limited" } }] },
);
export interface PriorityLevelConfigurationSpec extends Infer<typeof PriorityLevelConfigurationSpec> {}

export const ExemptPriorityLevelConfiguration = struct(
  "io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration",
  () => ({
    nominalConcurrencyShares: int32(1, { ptr: true }),
    lendablePercent: int32(2, { ptr: true }),
  }),
);
export interface ExemptPriorityLevelConfiguration extends Infer<typeof ExemptPriorityLevelConfiguration> {}

export const LimitedPriorityLevelConfiguration = struct(
  "io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration",
  () => ({
    nominalConcurrencyShares: int32(1, { ptr: true, always: true }),
    limitResponse: ref(2, LimitResponse),
    lendablePercent: int32(3, { ptr: true }),
    borrowingLimitPercent: int32(4, { ptr: true }),
  }),
);
export interface LimitedPriorityLevelConfiguration extends Infer<typeof LimitedPriorityLevelConfiguration> {}

export const LimitResponse = struct(
  "io.k8s.api.flowcontrol.v1.LimitResponse",
  () => ({
    type: string(1, { always: true, required: true, rules: ["unionDiscriminator", "required", "discriminator"] }),
    queuing: ref(2, QueuingConfiguration, {
      ptr: true,
      rules: ["optional", 'member("Queue")=required', 'member("Reject")=forbidden'],
    }),
  }),
  { unions: [{ discriminator: "type", "fields-to-discriminateBy": { queuing: "Queuing" } }] },
);
export interface LimitResponse extends Infer<typeof LimitResponse> {}

export const QueuingConfiguration = struct("io.k8s.api.flowcontrol.v1.QueuingConfiguration", () => ({
  queues: int32(1, { always: true }),
  handSize: int32(2, { always: true }),
  queueLengthLimit: int32(3, { always: true }),
}));
export interface QueuingConfiguration extends Infer<typeof QueuingConfiguration> {}
