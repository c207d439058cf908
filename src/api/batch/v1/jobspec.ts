import { boolean, int32, int64, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const JobSpec = struct("io.k8s.api.batch.v1.JobSpec", () => ({
  parallelism: int32(1, { ptr: true }),
  completions: int32(2, { ptr: true }),
  activeDeadlineSeconds: int64(3, { ptr: true }),
  podFailurePolicy: ref(11, PodFailurePolicy, { ptr: true }),
  successPolicy: ref(16, SuccessPolicy, { ptr: true }),
  backoffLimit: int32(7, { ptr: true }),
  backoffLimitPerIndex: int32(12, { ptr: true }),
  maxFailedIndexes: int32(13, { ptr: true }),
  selector: ref(4, LabelSelector, { ptr: true }),
  manualSelector: boolean(5, { ptr: true }),
  template: ref(6, PodTemplateSpec, { required: true }),
  ttlSecondsAfterFinished: int32(8, { ptr: true }),
  completionMode: string(9, { ptr: true, enum: ["Indexed", "NonIndexed"] }),
  suspend: boolean(10, { ptr: true }),
  podReplacementPolicy: string(14, { ptr: true, enum: ["Failed", "TerminatingOrFailed"] }),
  managedBy: string(15, { ptr: true }),
}));
export interface JobSpec extends Infer<typeof JobSpec> {}

export const SuccessPolicy = struct("io.k8s.api.batch.v1.SuccessPolicy", () => ({
  rules: list(1, SuccessPolicyRule, { always: true, required: true, list: "atomic" }),
}));
export interface SuccessPolicy extends Infer<typeof SuccessPolicy> {}

export const SuccessPolicyRule = struct("io.k8s.api.batch.v1.SuccessPolicyRule", () => ({
  succeededIndexes: string(1, { ptr: true }),
  succeededCount: int32(2, { ptr: true }),
}));
export interface SuccessPolicyRule extends Infer<typeof SuccessPolicyRule> {}

export const PodFailurePolicy = struct("io.k8s.api.batch.v1.PodFailurePolicy", () => ({
  rules: list(1, PodFailurePolicyRule, { always: true, required: true, list: "atomic" }),
}));
export interface PodFailurePolicy extends Infer<typeof PodFailurePolicy> {}

export const PodFailurePolicyRule = struct("io.k8s.api.batch.v1.PodFailurePolicyRule", () => ({
  action: string(1, { always: true, required: true, enum: ["Count", "FailIndex", "FailJob", "Ignore"] }),
  onExitCodes: ref(2, PodFailurePolicyOnExitCodesRequirement, { ptr: true }),
  onPodConditions: list(3, PodFailurePolicyOnPodConditionsPattern, { list: "atomic" }),
}));
export interface PodFailurePolicyRule extends Infer<typeof PodFailurePolicyRule> {}

export const PodFailurePolicyOnPodConditionsPattern = struct(
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
  () => ({
    type: string(1, { always: true, required: true }),
    status: string(2, { always: true }),
  }),
);
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyOnExitCodesRequirement = struct(
  "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement",
  () => ({
    containerName: string(1, { ptr: true }),
    operator: string(2, { always: true, required: true, enum: ["In", "NotIn"] }),
    values: list(3, scalar.int32, { always: true, required: true, list: "set" }),
  }),
);
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof PodFailurePolicyOnExitCodesRequirement> {}
