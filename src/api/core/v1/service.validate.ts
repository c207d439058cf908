import type { FieldError } from "../../kind.ts";
import {
  cidrProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  forbiddenField,
  invalidValue,
  ipProblems,
  legacyCidrProblems,
  legacyIpProblems,
  notSupported,
  parseIp,
  portNameProblems,
  portProblems,
  problemsAt,
  qualifiedNameProblems,
  required,
  validateLabels,
  repeats,
} from "../../validation/index.ts";
import { validateEndpointIp } from "./endpointip.validate.ts";
import { validateAddressesKept, validateClusterIPs } from "./service.clusterips.validate.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from "./service.needs.ts";
import type { Service, ServicePort } from "./service.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const AFFINITIES = ["ClientIP", "None"];
const POLICIES = ["Cluster", "Local"];
const DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode"];
const IP_MODES = ["Proxy", "VIP"];
const AFFINITY_SECONDS_MAX = 86_400;
const KUBELET_PORT = 10_250;
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
const BALANCERS_ONLY = "may only be used when `type` is 'LoadBalancer'";
const NOT_EXTERNAL_NAME = "may not be set for ExternalName services";

/** Everything that is wrong with a service; what it had before may be written as was allowed then. */
export function validateService(service: Service, old: Service | undefined): FieldError[] {
  return [
    ...validateTopology(service),
    ...validateByType(service),
    ...validatePorts(service),
    ...validateLabels("spec.selector", service.spec.selector),
    ...validateAffinity(service),
    ...validateClusterIPs(service, old),
    ...validateExternalIPs(service, old),
    ...validateType(service),
    ...validateNumbers(service),
    ...validateSourceRanges(service, old),
    ...validateBalancerFields(service),
    ...validatePolicies(service),
  ];
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const bothBalancers = service.spec.type === "LoadBalancer" && old.spec.type === "LoadBalancer";
  const now = service.spec.loadBalancerClass;
  return [
    ...validateAddressesKept(service, old),
    ...(bothBalancers && now !== old.spec.loadBalancerClass
      ? [invalidValue("spec.loadBalancerClass", now ?? null, "may not change once set")]
      : []),
    // Said before all else, and once more with it.
    ...validateBalancerClass(service),
    ...validateService(service, old),
  ];
}

function validateTopology({ metadata: { annotations = {} } }: Service): FieldError[] {
  const mode = annotations[TOPOLOGY_MODE];
  const hints = annotations[TOPOLOGY_HINTS];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`;
  return [invalidValue(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, detail)];
}

function validateByType(service: Service): FieldError[] {
  const { spec } = service;
  const noPorts = !spec.ports?.length && !isHeadless(service) && spec.type !== "ExternalName";
  const errors = noPorts ? [required("spec.ports")] : [];
  const notHeadless = isHeadless(service)
    ? [invalidValue("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`)]
    : [];
  switch (spec.type) {
    case "LoadBalancer":
      return [...errors, ...validateKubeletPort(spec.ports ?? []), ...notHeadless];
    case "NodePort":
      return [...errors, ...notHeadless];
    case "ExternalName":
      return [...errors, ...validateExternalName(spec)];
    default:
      return errors;
  }
}

function validateKubeletPort(ports: readonly ServicePort[]): FieldError[] {
  const detail = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
  return ports.flatMap(({ port }, index) =>
    port === KUBELET_PORT ? [invalidValue(`spec.ports[${index}]`, port, detail)] : [],
  );
}

function validateExternalName(spec: Service["spec"]): FieldError[] {
  // A dot at the end says that the name is complete.
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  return [
    ...(spec.clusterIPs?.length ? [forbiddenField("spec.clusterIPs", NOT_EXTERNAL_NAME)] : []),
    ...(spec.ipFamilies?.length ? [forbiddenField("spec.ipFamilies", NOT_EXTERNAL_NAME)] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [forbiddenField("spec.ipFamilyPolicy", NOT_EXTERNAL_NAME)]),
    ...(name === ""
      ? [required("spec.externalName")]
      : problemsAt("spec.externalName", name, dnsSubdomainProblems(name))),
  ];
}

function validatePorts({ spec: { ports = [] } }: Service): FieldError[] {
  const repeated = repeats(ports, ({ name }) => name);
  return ports.flatMap((one, index) => {
    const path = `spec.ports[${index}]`;
    const { name = "", port, protocol = "", targetPort, appProtocol } = one;
    const again = name !== "" && repeated.has(index);
    return [
      ...(name === "" && ports.length > 1 ? [required(`${path}.name`)] : []),
      ...(name === "" ? [] : problemsAt(`${path}.name`, name, dnsLabelProblems(name))),
      ...(again ? [duplicateValue(`${path}.name`, name)] : []),
      ...problemsAt(`${path}.port`, port, portProblems(port)),
      ...(PROTOCOLS.includes(protocol) ? [] : [notSupported(`${path}.protocol`, protocol, PROTOCOLS)]),
      ...problemsAt(
        `${path}.targetPort`,
        targetPort,
        typeof targetPort === "string" ? portNameProblems(targetPort) : portProblems(targetPort ?? 0),
      ),
      ...(appProtocol === undefined
        ? []
        : problemsAt(`${path}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol))),
    ];
  });
}

function validateAffinity({ spec }: Service): FieldError[] {
  const { sessionAffinity = "", sessionAffinityConfig } = spec;
  if (sessionAffinity === "") return [required("spec.sessionAffinity")];
  if (!AFFINITIES.includes(sessionAffinity)) return [notSupported("spec.sessionAffinity", sessionAffinity, AFFINITIES)];
  const path = "spec.sessionAffinityConfig";
  if (sessionAffinity === "None")
    return sessionAffinityConfig ? [forbiddenField(path, "must not be set when session affinity is None")] : [];
  const clientIP = sessionAffinityConfig?.clientIP;
  if (!clientIP) return [required(path, 'when session affinity is "ClientIP"')];
  const at = `${path}.clientIP.timeoutSeconds`;
  const { timeoutSeconds: seconds } = clientIP;
  if (seconds === undefined) return [required(at, 'when session affinity is "ClientIP"')];
  if (seconds > 0 && seconds <= AFFINITY_SECONDS_MAX) return [];
  return [invalidValue(at, seconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`)];
}

function validateExternalIPs({ spec: { externalIPs = [] } }: Service, old: Service | undefined): FieldError[] {
  const known = new Set(old?.spec.externalIPs);
  return externalIPs.flatMap((ip, index) => {
    const path = `spec.externalIPs[${index}]`;
    const problems = known.has(ip) ? legacyIpProblems(ip) : ipProblems(ip);
    return problems.length > 0 ? problemsAt(path, ip, problems) : validateEndpointIp(path, ip);
  });
}

function validateType({ spec: { type = "", ports = [] } }: Service): FieldError[] {
  if (type === "") return [required("spec.type")];
  if (!TYPES.includes(type)) return [notSupported("spec.type", type, TYPES)];
  if (type !== "ClusterIP") return [];
  return ports.flatMap(({ nodePort }, index) =>
    nodePort ? [forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")] : [],
  );
}

/** No two ports may have the same number, inside or on nodes, for one protocol. */
function validateNumbers({ spec: { ports = [] } }: Service): FieldError[] {
  const insideAgain = repeats(ports, ({ port, protocol }) => `${port}/${protocol}`);
  const outsideAgain = repeats(ports, ({ nodePort, protocol }) => `${nodePort}/${protocol}`);
  return [
    ...ports.flatMap(({ nodePort }, index) =>
      nodePort && outsideAgain.has(index) ? [duplicateValue(`spec.ports[${index}].nodePort`, nodePort)] : [],
    ),
    ...ports.flatMap(({ port, protocol }, index) =>
      insideAgain.has(index)
        ? [
            duplicateValue(`spec.ports[${index}]`, {
              Name: "",
              Protocol: protocol,
              AppProtocol: null,
              Port: port,
              TargetPort: 0,
              NodePort: 0,
            }),
          ]
        : [],
    ),
  ];
}

function validateSourceRanges({ metadata, spec }: Service, old: Service | undefined): FieldError[] {
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  const known = new Set((old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()));
  const rule = (cidr: string) => (known.has(cidr) ? legacyCidrProblems(cidr) : cidrProblems(cidr));
  const wrongType = (path: string) => (spec.type === "LoadBalancer" ? [] : [forbiddenField(path, BALANCERS_ONLY)]);
  if (ranges.length > 0) {
    const path = "spec.LoadBalancerSourceRanges";
    return [
      ...wrongType(path),
      ...ranges.flatMap((range, index) => problemsAt(`${path}[${index}]`, range.trim(), rule(range.trim()))),
    ];
  }
  if (annotation === undefined) return [];
  const path = `metadata.annotations[${SOURCE_RANGES}]`;
  const cidrs = annotation.trim() === "" ? [] : annotation.split(",").map((one) => one.trim());
  return [...wrongType(path), ...cidrs.flatMap((cidr) => problemsAt(path, cidr, rule(cidr)))];
}

function validateBalancerFields(service: Service): FieldError[] {
  const { spec } = service;
  const { allocateLoadBalancerNodePorts: allocate } = spec;
  const isBalancer = spec.type === "LoadBalancer";
  const errors: FieldError[] = [];
  if (allocate !== undefined && !isBalancer)
    errors.push(forbiddenField("spec.allocateLoadBalancerNodePorts", BALANCERS_ONLY));
  if (allocate === undefined && isBalancer) errors.push(required("spec.allocateLoadBalancerNodePorts"));
  return [...errors, ...validateBalancerClass(service)];
}

function validateBalancerClass({ spec: { type, loadBalancerClass } }: Service): FieldError[] {
  if (loadBalancerClass === undefined) return [];
  const path = "spec.loadBalancerClass";
  return type === "LoadBalancer"
    ? problemsAt(path, loadBalancerClass, qualifiedNameProblems(loadBalancerClass))
    : [forbiddenField(path, BALANCERS_ONLY)];
}

function validatePolicies(service: Service): FieldError[] {
  const { externalTrafficPolicy: external = "", internalTrafficPolicy: internal, trafficDistribution } = service.spec;
  return [
    ...validateExternalPolicy(service, external),
    ...validateHealthCheckPort(service),
    ...(internal === undefined && service.spec.type !== "ExternalName" && TYPES.includes(service.spec.type ?? "")
      ? [required("spec.internalTrafficPolicy")]
      : []),
    ...(internal === undefined || POLICIES.includes(internal)
      ? []
      : [notSupported("spec.internalTrafficPolicy", internal, POLICIES)]),
    ...(trafficDistribution === undefined || DISTRIBUTIONS.includes(trafficDistribution)
      ? []
      : [notSupported("spec.trafficDistribution", trafficDistribution, DISTRIBUTIONS)]),
  ];
}

function validateExternalPolicy(service: Service, policy: string): FieldError[] {
  const path = "spec.externalTrafficPolicy";
  if (!isExternallyAccessible(service))
    return policy === "" ? [] : [invalidValue(path, policy, "may only be set for externally-accessible services")];
  if (policy === "") return [required(path)];
  return POLICIES.includes(policy) ? [] : [notSupported(path, policy, POLICIES)];
}

function validateHealthCheckPort(service: Service): FieldError[] {
  const path = "spec.healthCheckNodePort";
  const { healthCheckNodePort: port = 0 } = service.spec;
  if (needsHealthCheckPort(service)) return port === 0 ? [required(path)] : problemsAt(path, port, portProblems(port));
  const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return port === 0 ? [] : [invalidValue(path, port, detail)];
}

export function validateServiceStatus({ spec, status }: Service, old: Service): FieldError[] {
  const path = "status.loadBalancer.ingress";
  const ingresses = status.loadBalancer.ingress ?? [];
  if (spec.type !== "LoadBalancer")
    return ingresses.length === 0 ? [] : [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  const known = new Set((old.status.loadBalancer.ingress ?? []).map(({ ip }) => ip));
  return ingresses.flatMap(({ ip = "", ipMode, hostname = "" }, index) => {
    const at = `${path}[${index}]`;
    return [
      ...(ip === "" ? [] : problemsAt(`${at}.ip`, ip, known.has(ip) ? legacyIpProblems(ip) : ipProblems(ip))),
      ...validateIpMode(`${at}.ipMode`, ipMode, ip),
      ...(hostname === "" ? [] : problemsAt(`${at}.hostname`, hostname, dnsSubdomainProblems(hostname))),
      ...(hostname !== "" && parseIp(hostname)
        ? [invalidValue(`${at}.hostname`, hostname, "must be a DNS name, not an IP address")]
        : []),
    ];
  });
}

function validateIpMode(path: string, mode: string | undefined, ip: string): FieldError[] {
  if (mode === undefined) return ip === "" ? [] : [required(path, "must be specified when `ip` is set")];
  if (ip === "") return [forbiddenField(path, "may not be specified when `ip` is not set")];
  return IP_MODES.includes(mode) ? [] : [notSupported(path, mode, IP_MODES)];
}
