import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  Service,
  ServiceStatus,
  LoadBalancerStatus,
  LoadBalancerIngress,
  PortStatus,
  ServiceSpec,
  SessionAffinityConfig,
  ClientIPConfig,
  ServicePort,
} from "./service.ts";

export const serviceDocs: readonly StructDoc[] = [
  ...kindDocs(Service, "A stable address in front of the pods that a selector finds.", {
    spec: "Which pods, which ports, and how the address is reached.",
    status: "What the load balancer, if there is one, gave.",
  }),
  doc(ServiceStatus, "What was found or made for a service.", {
    loadBalancer: "Where the load balancer is.",
    conditions: "Aspects of the service's state.",
  }),
  doc(LoadBalancerStatus, "Where a load balancer is.", {
    ingress: "Points at which traffic enters.",
  }),
  doc(LoadBalancerIngress, "A point at which traffic enters.", {
    ip: "IP address of the point.",
    hostname: "Host name of the point.",
    ipMode: "VIP (default) if traffic arrives with the balancer's address, Proxy if with the node's or pod's.",
    ports: "State of each port.",
  }),
  doc(PortStatus, "State of a port of a load balancer.", {
    port: "Number of the service's port.",
    protocol: "TCP, UDP or SCTP.",
    error: "Why the port doesn't work, in one CamelCase word.",
  }),
  doc(ServiceSpec, "Which pods a service leads to, and how it is reached.", {
    ports: "Ports of the service.",
    selector: "Labels of the pods; without any, somebody else must write the endpoints. Not for ExternalName.",
    clusterIP: "Address inside the cluster: chosen by the server, your own, or None for a headless service.",
    clusterIPs: "Addresses of the service, at most one of each IP family; the first is clusterIP.",
    type: "ClusterIP (default), NodePort, LoadBalancer or ExternalName.",
    externalIPs:
      "Further addresses at which nodes take traffic; whoever runs the cluster must lead it there. Deprecated.",
    sessionAffinity: "None (default), or ClientIP to lead one client to the same pod each time.",
    loadBalancerIP: "Address to ask of the load balancer; deprecated, since few know it.",
    loadBalancerSourceRanges: "Client address ranges that the load balancer lets in; default all.",
    externalName: "DNS name that the service stands for, with type ExternalName.",
    externalTrafficPolicy:
      "Cluster (default) spreads outside traffic over all pods; Local keeps it on its node and the client's address.",
    healthCheckNodePort: "Node port at which load balancers ask if the node has pods; for LoadBalancer with Local.",
    publishNotReadyAddresses: "Treats pods as ready even if they aren't; default false.",
    sessionAffinityConfig: "Settings of sessionAffinity.",
    ipFamilies: "IPv4, IPv6 or both, in order of preference; default the cluster's first. Only the second can change.",
    ipFamilyPolicy:
      "SingleStack (default), PreferDualStack for two addresses if the cluster has both, or RequireDualStack.",
    allocateLoadBalancerNodePorts: "Whether a load balancer's service gets node ports too; default true.",
    loadBalancerClass:
      "Load balancer implementation that should take the service; default the cluster's. It cannot change.",
    internalTrafficPolicy:
      "Cluster (default) spreads traffic from inside over all pods; Local uses only pods of the same node.",
    trafficDistribution:
      "Preference for near pods: PreferSameZone, PreferSameNode, or PreferClose as the old name of the first.",
  }),
  doc(SessionAffinityConfig, "Settings of session affinity.", {
    clientIP: "How long a client keeps its pod.",
  }),
  doc(ClientIPConfig, "Settings of affinity by client address.", {
    timeoutSeconds: "Seconds without traffic after which the affinity ends, up to 86400; default 10800.",
  }),
  doc(ServicePort, "A port of a service.", {
    name: "Name of the port, a DNS label; needed when there are several.",
    protocol: "TCP (default), UDP or SCTP.",
    appProtocol: "Protocol spoken at the port, as a hint: a name such as http, or kubernetes.io/h2c and the like.",
    port: "Number of the port.",
    targetPort: "Number or name of the pods' port; default the same as port.",
    nodePort: "Port of every node that leads here, with NodePort and LoadBalancer; chosen by the server unless said.",
  }),
];
