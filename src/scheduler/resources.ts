import { type Container, type Pod, quantityToMilli, quantityToNumber } from "../api/index.ts";

/** Amounts by resource name: CPU in millicores, everything else in its unit (bytes, count). */
export type Resources = Map<string, number>;

/** What score plugins assume of a container that requests nothing, as upstream: 100m CPU and 200 MB memory. */
const DEFAULT_CPU_MILLI = 100;
const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

type Quantities = Readonly<Record<string, string>> | undefined;

/** Amounts of a resource list. */
export function resourcesOf(quantities: Quantities): Resources {
  const amounts: Resources = new Map();
  for (const [name, text] of Object.entries(quantities ?? {})) amounts.set(name, amountOf(name, text));
  return amounts;
}

function amountOf(name: string, text: string): number {
  return name === "cpu" ? quantityToMilli(text) : Math.ceil(quantityToNumber(text));
}

/**
 * What a pod occupies on its node: the sum of its containers and sidecars, or the largest init container together with
 * the sidecars that start before it, whichever is more; plus overhead.
 */
export function requestsOf(pod: Pod): Resources {
  return combine(pod, (container) => resourcesOf(container.resources?.requests));
}

/** The same with assumed amounts for containers that request no CPU or memory. */
export function nonZeroRequestsOf(pod: Pod): Resources {
  return combine(pod, (container) => {
    const requests = resourcesOf(container.resources?.requests);
    if (!requests.has("cpu")) requests.set("cpu", DEFAULT_CPU_MILLI);
    if (!requests.has("memory")) requests.set("memory", DEFAULT_MEMORY_BYTES);
    return requests;
  });
}

function combine(pod: Pod, of: (container: Container) => Resources): Resources {
  const total: Resources = new Map();
  const sidecars: Resources = new Map();
  const initPeak: Resources = new Map();
  for (const container of pod.spec.containers ?? []) add(total, of(container));
  for (const container of pod.spec.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === "Always") {
      add(sidecars, own);
      raise(initPeak, sidecars);
    } else {
      raise(initPeak, sum(sidecars, own));
    }
  }
  add(total, sidecars);
  raise(total, initPeak);
  const podLevel = resourcesOf(pod.spec.resources?.requests);
  for (const [name, amount] of podLevel) total.set(name, amount);
  add(total, resourcesOf(pod.spec.overhead));
  return total;
}

/** Adds `other` to `target` in place. */
export function add(target: Resources, other: Resources): void {
  for (const [name, amount] of other) target.set(name, (target.get(name) ?? 0) + amount);
}

/** Takes `other` from `target` in place. */
export function subtract(target: Resources, other: Resources): void {
  for (const [name, amount] of other) target.set(name, (target.get(name) ?? 0) - amount);
}

function sum(a: Resources, b: Resources): Resources {
  const result = new Map(a);
  add(result, b);
  return result;
}

function raise(target: Resources, other: Resources): void {
  for (const [name, amount] of other) if (amount > (target.get(name) ?? 0)) target.set(name, amount);
}
