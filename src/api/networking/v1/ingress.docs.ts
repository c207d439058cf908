import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  Ingress,
  IngressStatus,
  IngressLoadBalancerStatus,
  IngressLoadBalancerIngress,
  IngressPortStatus,
  IngressSpec,
  IngressRule,
  IngressRuleValue,
  HTTPIngressRuleValue,
  HTTPIngressPath,
  IngressTLS,
  IngressBackend,
  IngressServiceBackend,
  ServiceBackendPort,
} from "./ingress.ts";

export const ingressDocs: readonly StructDoc[] = [
  ...kindDocs(Ingress, "Leads HTTP requests from outside to services, by host and path.", {
    spec: "Rules, default backend and TLS.",
    status: "Where the load balancer is.",
  }),
  doc(IngressStatus, "What was made for an ingress.", {
    loadBalancer: "Where the load balancer is.",
  }),
  doc(IngressLoadBalancerStatus, "Where a load balancer is.", {
    ingress: "Points at which traffic enters.",
  }),
  doc(IngressLoadBalancerIngress, "A point at which traffic enters.", {
    ip: "IP address of the point.",
    hostname: "Host name of the point.",
    ports: "State of each port.",
  }),
  doc(IngressPortStatus, "State of a port of a load balancer.", {
    port: "Number of the port.",
    protocol: "TCP, UDP or SCTP.",
    error: "Why the port doesn't work, in one CamelCase word.",
  }),
  doc(IngressSpec, "Which requests go to which service.", {
    ingressClassName:
      "Ingress class that says which controller takes it; default the class that is marked as the default.",
    defaultBackend: "Where requests go that no rule matches; needed when there are no rules.",
    tls: "Hosts that speak TLS, and with which certificate.",
    rules: "Rules by host; requests that none matches go to defaultBackend.",
  }),
  doc(IngressRule, "Where the requests of one host go.", {
    host: "Host name, as a whole or with * as its first part; absent for all hosts. No IP addresses, no ports.",
  }),
  doc(IngressRuleValue, "What happens to the requests of a host.", {
    http: "Paths of the host, each with its backend.",
  }),
  doc(HTTPIngressRuleValue, "Where requests go, by path.", {
    paths: "Paths, each with where its requests go.",
  }),
  doc(HTTPIngressPath, "Where the requests of one path go.", {
    path: "Path that must match; begins with /.",
    pathType: "Exact, Prefix by whole parts between slashes, or ImplementationSpecific.",
    backend: "Where the requests go.",
  }),
  doc(IngressTLS, "Certificate of some hosts.", {
    hosts: "Hosts of the certificate; default what the controller takes.",
    secretName: "Secret of type kubernetes.io/tls with key and certificate, in the ingress's namespace.",
  }),
  doc(IngressBackend, "Where requests go; exactly one member is set.", {
    service: "A service in the ingress's namespace.",
    resource: "Another object in the ingress's namespace that the controller knows.",
  }),
  doc(IngressServiceBackend, "A port of a service.", {
    name: "Name of the service.",
    port: "Port of the service, by name or number.",
  }),
  doc(ServiceBackendPort, "A port of a service; exactly one member is set.", {
    name: "Name of the port.",
    number: "Number of the port.",
  }),
];
