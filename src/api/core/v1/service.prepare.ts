import { jsonEqual } from "../../../base/index.ts";
import type { Mutable } from "../../kind.ts";
import { isExternallyAccessible, needsClusterIP, needsHealthCheckPort, usesNodePorts } from "./service.needs.ts";
import type { Service } from "./service.ts";

type Spec = Mutable<Service>["spec"];

/**
 * An update may leave out what the server gave: it stays. What a change of type makes meaningless goes, unless the client
 * said something of it; then validation refuses it. Comes after it is noted who manages what, since no client asked for it.
 */
export function prepareServiceUpdate(service: Mutable<Service>, old: Service): void {
  service.spec.type ||= "ClusterIP";
  keepGiven(service, old);
  syncClusterIPs(service, old);
  dropMeaningless(service, old);
}

function keepGiven(service: Mutable<Service>, old: Service): void {
  const { spec } = service;
  if (needsClusterIP(old) && needsClusterIP(service as Service)) {
    if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    // Another address beside the old list is one that changes: the list follows it.
    if (!spec.clusterIPs?.length && old.spec.clusterIPs) spec.clusterIPs = [...old.spec.clusterIPs];
  }
  if (usesNodePorts(old) && usesNodePorts(service as Service)) keepNodePorts(spec, old.spec);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service as Service) && old.spec.healthCheckNodePort)
    spec.healthCheckNodePort ||= old.spec.healthCheckNodePort;
}

/** A port keeps its number by its name, unless another port has it now. */
function keepNodePorts(spec: Spec, old: Service["spec"]): void {
  const before = new Map((old.ports ?? []).map((port) => [port.name ?? "", port.nodePort]));
  const taken = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort).filter(Boolean));
  for (const port of spec.ports ?? []) {
    const number = before.get(port.name ?? "");
    if (port.nodePort || !number || taken.has(number)) continue;
    port.nodePort = number;
    taken.add(number);
  }
}

/** Clients that know only the older of the two fields change that one; the other follows. */
export function syncClusterIPs({ spec }: Mutable<Service>, old: Service | undefined): void {
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const changed = (spec.clusterIP ?? "") !== (old.spec.clusterIP ?? "");
  const listChanged = !jsonEqual(spec.clusterIPs ?? [], old.spec.clusterIPs ?? []);
  if (changed && !listChanged) {
    if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
    else drop(spec, "clusterIPs");
  } else if (!changed && listChanged && !spec.clusterIPs?.length) drop(spec, "clusterIP");
}

function dropMeaningless(service: Mutable<Service>, old: Service): void {
  const { spec } = service;
  const same = (...fields: (keyof Spec)[]) =>
    fields.every((field) => jsonEqual(spec[field] ?? null, old.spec[field] ?? null));
  const ends = (needs: (one: Service) => boolean) => needs(old) && !needs(service as Service);
  if (ends(needsClusterIP)) {
    if (same("clusterIP", "clusterIPs")) drop(spec, "clusterIP", "clusterIPs");
    for (const field of ["ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] as const)
      if (same(field)) drop(spec, field);
  }
  if (ends(usesNodePorts) && sameNodePorts(spec, old.spec))
    for (const port of spec.ports ?? []) delete (port as { nodePort?: number }).nodePort;
  if (ends(needsHealthCheckPort) && same("healthCheckNodePort")) drop(spec, "healthCheckNodePort");
  if (ends(isLoadBalancer))
    for (const field of ["allocateLoadBalancerNodePorts", "loadBalancerClass"] as const)
      if (same(field)) drop(spec, field);
  if (ends(isExternallyAccessible) && same("externalTrafficPolicy")) drop(spec, "externalTrafficPolicy");
  if (spec.type !== "LoadBalancer") service.status.loadBalancer = {};
}

function isLoadBalancer({ spec }: Service): boolean {
  return spec.type === "LoadBalancer";
}

function sameNodePorts(spec: Spec, old: Service["spec"]): boolean {
  const numbers = (ports: Service["spec"]["ports"]) => new Set((ports ?? []).flatMap(({ nodePort }) => nodePort ?? []));
  const before = numbers(old.ports);
  return [...numbers(spec.ports as Service["spec"]["ports"])].every((number) => before.has(number));
}

function drop(spec: Spec, ...fields: (keyof Spec)[]): void {
  for (const field of fields) delete spec[field];
}
