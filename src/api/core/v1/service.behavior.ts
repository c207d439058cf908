import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { portProblems } from "../../validation/numbers.ts";
import type { Service } from "./service.ts";

/** What a service's declaration can't say; addresses and node ports are the server's to give. */
export const serviceBehavior: KindBehavior<Service> = {
  nameRule: "dnsLabel1035",
  generation: false,
  prepareCreate(service) {
    service.status = { loadBalancer: {} } as Mutable<Service>["status"];
  },
  prepareUpdate(service, old) {
    service.status = structuredClone(old.status) as Mutable<Service>["status"];
    const keep = (service.spec.type ?? "ClusterIP") !== "ExternalName";
    if (keep && !service.spec.clusterIP && old.spec.clusterIP) service.spec.clusterIP = old.spec.clusterIP;
    if (keep && !service.spec.clusterIPs?.length && old.spec.clusterIPs)
      service.spec.clusterIPs = [...old.spec.clusterIPs];
    if (needsNodePorts(service as Service)) keepNodePorts(service, old);
  },
  setDefaults(service) {
    const { spec } = service;
    spec.type ||= "ClusterIP";
    spec.sessionAffinity ||= "None";
    if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
    else spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10_800 } };
    for (const port of spec.ports ?? []) {
      port.protocol ||= "TCP";
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
    }
    if (spec.type === "NodePort" || spec.type === "LoadBalancer" || spec.externalIPs?.length)
      spec.externalTrafficPolicy ||= "Cluster";
    if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
    if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  selectableFields: {
    "spec.clusterIP": (service) => service.spec.clusterIP ?? "",
    "spec.type": (service) => service.spec.type ?? "",
  },
};

/** Whether the service's ports are open on every node. */
export function needsNodePorts(service: Service): boolean {
  const { type, allocateLoadBalancerNodePorts } = service.spec;
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
}

function keepNodePorts(service: Mutable<Service>, old: Service): void {
  for (const port of service.spec.ports ?? []) {
    const before = old.spec.ports?.find((one) => one.port === port.port && one.protocol === (port.protocol || "TCP"));
    if (!port.nodePort && before?.nodePort) port.nodePort = before.nodePort;
  }
}

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

function validateService(service: Service): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  if (!TYPES.includes(spec.type ?? "")) errors.push(notSupported("spec.type", spec.type, TYPES));
  if (!spec.ports?.length && spec.clusterIP !== "None" && spec.type !== "ExternalName")
    errors.push({ path: "spec.ports", type: "Required", detail: "" });
  if (spec.type === "ExternalName" && !spec.externalName)
    errors.push({ path: "spec.externalName", type: "Required", detail: "" });
  const names = new Set<string>();
  (spec.ports ?? []).forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    if ((spec.ports ?? []).length > 1 && !port.name)
      errors.push({ path: `${path}.name`, type: "Required", detail: "" });
    if (port.name && names.has(port.name))
      errors.push({ path: `${path}.name`, type: "Duplicate", value: port.name, detail: "" });
    if (port.name) names.add(port.name);
    const wrong = portProblems(port.port)[0];
    if (wrong) errors.push({ path: `${path}.port`, type: "Invalid", value: port.port, detail: wrong });
    if (!PROTOCOLS.includes(port.protocol ?? ""))
      errors.push(notSupported(`${path}.protocol`, port.protocol, PROTOCOLS));
    const target = typeof port.targetPort === "number" ? portProblems(port.targetPort)[0] : undefined;
    if (target) errors.push({ path: `${path}.targetPort`, type: "Invalid", value: port.targetPort, detail: target });
  });
  return errors;
}

function notSupported(path: string, value: unknown, values: readonly string[]): FieldError {
  return {
    path,
    type: "NotSupported",
    value,
    detail: `supported values: ${values.map((one) => JSON.stringify(one)).join(", ")}`,
  };
}

function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors = validateService(service);
  const stays = service.spec.type !== "ExternalName" && old.spec.type !== "ExternalName" && old.spec.clusterIP;
  if (stays && service.spec.clusterIP !== old.spec.clusterIP) {
    errors.push({
      path: "spec.clusterIPs[0]",
      type: "Invalid",
      value: service.spec.clusterIPs ?? [service.spec.clusterIP],
      detail: "may not change once set",
    });
  }
  return errors;
}
