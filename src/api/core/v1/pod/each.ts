import type { Container, EphemeralContainer } from "../container.ts";
import type { PodSpec } from "../podspec.ts";

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

export interface Place {
  readonly container: Container | EphemeralContainer;
  /** Where it stands, such as spec.containers[0]. */
  readonly at: string;
}

/** Every container of a pod, in the order in which they start. */
export function eachContainer(path: string, spec: PodSpec): Place[] {
  return LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ container, at: `${path}.${list}[${index}]` })),
  );
}
