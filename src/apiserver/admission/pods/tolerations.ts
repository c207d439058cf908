import type { AdmissionPlugin } from "../../contracts.ts";

interface MutableToleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const SECONDS = 300;

/** Pods stay five minutes on a node that is lost, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  resources: ["/pods"],
  async admit({ operation, kind, subresource, object }) {
    if (kind.plural !== "pods" || subresource !== "" || operation === "DELETE" || !object) return;
    const spec = object.spec as { tolerations?: MutableToleration[] };
    const covers = (key: string) =>
      (spec.tolerations ?? []).some(
        (one) => (!one.key || one.key === key) && (!one.effect || one.effect === "NoExecute"),
      );
    for (const key of [NOT_READY, UNREACHABLE]) {
      if (!covers(key))
        spec.tolerations = [
          ...(spec.tolerations ?? []),
          { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS },
        ];
    }
  },
};

/** New nodes take no pods until someone has seen that they are ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  resources: ["/nodes"],
  async admit({ operation, kind, subresource, object }) {
    if (kind.plural !== "nodes" || kind.group !== "" || subresource !== "" || operation !== "CREATE" || !object) return;
    const spec = (object.spec ??= {}) as { taints?: { key: string; effect: string }[] };
    if (spec.taints?.some((taint) => taint.key === NOT_READY && taint.effect === "NoSchedule")) return;
    spec.taints = [...(spec.taints ?? []), { key: NOT_READY, effect: "NoSchedule" }];
  },
};
