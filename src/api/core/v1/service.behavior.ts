import type { KindBehavior, Mutable } from "../../kind.ts";
import { isExternallyAccessible } from "./service.needs.ts";
import { syncClusterIPs } from "./service.prepare.ts";
import type { Service } from "./service.ts";
import { validateService, validateServiceStatus, validateServiceUpdate } from "./service.validate.ts";
import { serviceWarnings } from "./service.warnings.ts";

const AFFINITY_SECONDS = 10_800;

/** What a service's declaration can't say; addresses and node ports are the server's to give. */
export const serviceBehavior: KindBehavior<Service> = {
  nameRule: "dnsLabel",
  generation: false,
  prepareCreate(service) {
    service.status = { loadBalancer: {} } as Mutable<Service>["status"];
    syncClusterIPs(service, undefined);
  },
  prepareUpdate(service, old) {
    service.status = structuredClone(old.status) as Mutable<Service>["status"];
  },
  setDefaults,
  validate: (service) => validateService(service, undefined),
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  warnings: serviceWarnings,
  selectableFields: {
    "spec.clusterIP": (service) => service.spec.clusterIP ?? "",
    "spec.type": (service) => service.spec.type ?? "",
  },
};

function setDefaults(service: Mutable<Service>): void {
  const { spec, status } = service;
  spec.type ||= "ClusterIP";
  spec.sessionAffinity ||= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  else if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined)
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  for (const port of spec.ports ?? []) {
    port.protocol ||= "TCP";
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
  }
  if (isExternallyAccessible(service as Service)) spec.externalTrafficPolicy ||= "Cluster";
  if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type !== "LoadBalancer") return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
}
