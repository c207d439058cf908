import type { Pod, Taint, Toleration } from "../../api/index.ts";

/** Whether one of the pod's tolerations covers the taint. */
export function tolerates(pod: Pod, taint: Pick<Taint, "key" | "effect" | "value">): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => covers(toleration, taint));
}

function covers(toleration: Toleration, taint: Pick<Taint, "key" | "effect" | "value">): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || "Equal") {
    case "Equal":
      return toleration.key !== undefined && toleration.key !== "" && (toleration.value ?? "") === (taint.value ?? "");
    case "Exists":
      return true;
    default:
      // Gt and Lt stand behind a gate that is off; the API server turns them down.
      return false;
  }
}
