import type { Container } from "../core/v1/container.ts";
import type { PodSpec } from "../core/v1/podspec.ts";
import { addAmounts, type Amounts, maxAmounts, pickAmounts, withoutZeros } from "./amounts.ts";

type Side = "requests" | "limits";

/** What a pod asks for: its containers and sidecars together, or its most demanding init container if that is more. */
export function containerAmounts(spec: PodSpec, side: Side): Amounts {
  const of = (container: Container): Amounts => container.resources?.[side] ?? {};
  let together: Amounts = {};
  let sidecars: Amounts = {};
  let peak: Amounts = {};
  for (const container of spec.containers ?? []) together = addAmounts(together, of(container));
  for (const container of spec.initContainers ?? []) {
    // A sidecar goes on running; any other init container runs beside those that came before it only.
    if (container.restartPolicy === "Always") sidecars = addAmounts(sidecars, of(container));
    const now = container.restartPolicy === "Always" ? sidecars : addAmounts(sidecars, of(container));
    peak = maxAmounts(peak, now);
  }
  // What the pod says as a whole goes before what its containers say.
  return { ...maxAmounts(addAmounts(together, sidecars), peak), ...spec.resources?.[side] };
}

/** The same with what running the pod costs besides. */
export function podAmounts(spec: PodSpec, side: Side): Amounts {
  const amounts = containerAmounts(spec, side);
  const overhead: Amounts = spec.overhead ?? {};
  // Overhead limits nothing that isn't limited.
  const limited = Object.keys(withoutZeros(amounts));
  return addAmounts(amounts, side === "requests" ? overhead : pickAmounts(overhead, limited));
}
