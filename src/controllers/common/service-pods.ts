import { own, jsonEqual } from "../../base/index.ts";
import type { Pod, Service } from "../../api/index.ts";
import type { Informer } from "../../runtime/index.ts";
import { keyOf } from "./environment.ts";

/** Whether a service's selector picks a pod; a service without one picks none. */
export function selectsPod({ spec, metadata }: Service, pod: Pod): boolean {
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0 || metadata.namespace !== pod.metadata.namespace) return false;
  const labels = pod.metadata.labels ?? {};
  return selector.every(([key, value]) => own(labels, key) === value);
}

/** Calls `wake` with the key of every service that a change concerns. */
export function watchServicePods(
  { services, pods }: { readonly services: Informer<Service>; readonly pods: Informer<Pod> },
  wake: (key: string) => void,
): void {
  services.subscribe({ apply: (service) => wake(keyOf(service)), delete: (service) => wake(keyOf(service)) });
  const wakeFor = (...changed: readonly Pod[]) => {
    for (const service of services.list(changed[0]!.metadata.namespace))
      if (changed.some((pod) => selectsPod(service, pod))) wake(keyOf(service));
  };
  pods.subscribe({
    apply(pod, old) {
      if (!old) wakeFor(pod);
      else if (!jsonEqual(endpointView(pod), endpointView(old))) wakeFor(pod, old);
    },
    delete: (pod) => wakeFor(pod),
  });
}

/** What endpoints show of a pod. Not its phase: the end of a pod comes with its readiness. */
function endpointView({ metadata, spec, status }: Pod): unknown {
  const { labels, deletionTimestamp } = metadata;
  const ready = status.conditions?.find(({ type }) => type === "Ready")?.status;
  return [labels, deletionTimestamp !== undefined, spec.nodeName, status.podIP, status.podIPs, ready];
}
