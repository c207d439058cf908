import type { Column, KindBehavior } from "../../kind.ts";
import { horizontalPodAutoscalerColumns as hubColumns } from "../v2/horizontalpodautoscaler.columns.ts";
import type { HorizontalPodAutoscaler as Hub } from "../v2/horizontalpodautoscaler.ts";
import { horizontalPodAutoscalerConversions } from "./horizontalpodautoscaler.convert.ts";
import type { HorizontalPodAutoscaler } from "./horizontalpodautoscaler.ts";

/** Everything else is decided once an autoscaler has the form in which it is stored. */
export const horizontalPodAutoscalerBehavior: KindBehavior<HorizontalPodAutoscaler> = {
  setDefaults({ spec }) {
    spec.minReplicas ??= 1;
  },
};

/** The same as of the stored form. */
export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = hubColumns.map((column) => ({
  ...column,
  cell: (object, now) => column.cell(horizontalPodAutoscalerConversions.toHub(object) as Hub, now),
}));
