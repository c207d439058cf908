import { int32, int64, ref, string, struct, time, type Infer } from "../../../schema/index.ts";

export const HorizontalPodAutoscalerStatus = struct("io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus", () => ({
  observedGeneration: int64(1, { ptr: true }),
  lastScaleTime: time(2, { ptr: true }),
  currentReplicas: int32(3, { always: true, required: true }),
  desiredReplicas: int32(4, { always: true, required: true }),
  currentCPUUtilizationPercentage: int32(5, { ptr: true }),
}));
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerSpec = struct("io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec", () => ({
  scaleTargetRef: ref(1, CrossVersionObjectReference, { required: true }),
  minReplicas: int32(2, {
    ptr: true,
    rules: ["optional", "ifEnabled(HPAScaleToZero)=minimum=0", "ifDisabled(HPAScaleToZero)=minimum=1"],
  }),
  maxReplicas: int32(3, { always: true, required: true, rules: ["required", "minimum=1"] }),
  targetCPUUtilizationPercentage: int32(4, { ptr: true }),
}));
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const CrossVersionObjectReference = struct(
  "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
  () => ({
    kind: string(1, { always: true, required: true }),
    name: string(2, { always: true, required: true }),
    apiVersion: string(3),
  }),
  { atomic: true },
);
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}
