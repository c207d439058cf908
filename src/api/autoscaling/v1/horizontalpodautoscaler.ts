import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { storedAs } from "../../storage.ts";
import { HorizontalPodAutoscaler as Hub } from "../v2/horizontalpodautoscaler.ts";
import { horizontalPodAutoscalerConversions } from "./horizontalpodautoscaler.convert.ts";
import { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from "./horizontalpodautoscaler.types.ts";

export const HorizontalPodAutoscaler = kind({
  name: "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
  group: "autoscaling",
  version: "v1",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Hub, horizontalPodAutoscalerConversions as never),
  fields: () => ({
    spec: ref(2, HorizontalPodAutoscalerSpec, { required: true }),
    status: ref(3, HorizontalPodAutoscalerStatus),
  }),
});
export interface HorizontalPodAutoscaler extends InferKind<typeof HorizontalPodAutoscaler> {}
