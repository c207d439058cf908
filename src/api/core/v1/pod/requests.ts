import type { Mutable } from "../../../kind.ts";
import { addQuantities, compareQuantities } from "../../../quantity.ts";
import { isHugePages } from "../../../validation/index.ts";
import type { Container } from "../container.ts";
import type { PodSpec } from "../podspec.ts";

type Amounts = Record<string, string>;

/** What is limited but not requested is requested in full. */
export function setRequestsFromLimits(spec: Mutable<PodSpec>): void {
  for (const { resources } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (!resources?.limits) continue;
    const requests = { ...resources.limits, ...resources.requests };
    if (Object.keys(requests).length > 0) resources.requests = sorted(requests);
  }
  setHugePageLimits(spec);
  setPodRequests(spec);
}

/** Huge pages that containers are limited in limit the pod as a whole too, where it says anything of what it asks for. */
function setHugePageLimits(spec: Mutable<PodSpec>): void {
  const { resources } = spec;
  const { limits, requests } = resources ?? {};
  if (!resources || Object.keys({ ...limits, ...requests }).length === 0) return;
  const all: Amounts = { ...limits };
  for (const [name, amount] of Object.entries(containerTotals(spec, "limits")))
    if (isHugePages(name) && requests?.[name] === undefined) all[name] ??= amount;
  if (Object.keys(all).length > 0) resources.limits = sorted(all);
}

/** What the pod as a whole is limited in is requested: as much as its containers request, or else all of it. */
function setPodRequests(spec: Mutable<PodSpec>): void {
  const { resources } = spec;
  if (!resources?.limits || Object.keys(resources.limits).length === 0) return;
  const requests: Amounts = { ...resources.requests };
  for (const [name, amount] of Object.entries(containerTotals(spec, "requests")))
    if (name === "cpu" || name === "memory") requests[name] ??= amount;
  for (const [name, amount] of Object.entries(resources.limits)) if (isPodResource(name)) requests[name] ??= amount;
  if (Object.keys(requests).length > 0) resources.requests = sorted(requests);
}

/** What a pod's containers ask for at once: those that run together added, and room for each that runs before them. */
export function containerTotals(
  { containers, initContainers }: Mutable<PodSpec>,
  side: "requests" | "limits",
): Amounts {
  let total: Amounts = {};
  for (const container of containers ?? []) total = add(total, container, side);
  let most: Amounts = {};
  let sidecars: Amounts = {};
  for (const container of initContainers ?? []) {
    if (container.restartPolicy === "Always") {
      total = add(total, container, side);
      sidecars = add(sidecars, container, side);
      most = larger(most, sidecars);
    } else most = larger(most, add(sidecars, container, side));
  }
  return larger(total, most);
}

function add(total: Amounts, { resources }: Mutable<Container>, side: "requests" | "limits"): Amounts {
  const sum = { ...total };
  for (const [name, amount] of Object.entries(resources?.[side] ?? {}))
    sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount);
  return sum;
}

function larger(a: Amounts, b: Amounts): Amounts {
  const result = { ...a };
  for (const [name, amount] of Object.entries(b))
    if (result[name] === undefined || compareQuantities(amount, result[name]) > 0) result[name] = amount;
  return result;
}

function sorted(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a pod as a whole may ask for a resource. */
export function isPodResource(name: string): boolean {
  return name === "cpu" || name === "memory" || isHugePages(name);
}
