import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  EndpointPort,
  Endpoint,
  EndpointHints,
  ForNode,
  ForZone,
  EndpointConditions,
  EndpointSlice,
} from "./endpointslice.ts";

export const endpointsliceDocs: readonly StructDoc[] = [
  doc(EndpointPort, "A port of the endpoints.", {
    name: "Name of the service's port that it is for; empty if the service's port has none.",
    protocol: "TCP (default), UDP or SCTP.",
    port: "Number of the port; absent means all ports.",
    appProtocol: "Protocol spoken at the port, as a hint: a name such as http, or kubernetes.io/h2c and the like.",
  }),
  doc(Endpoint, "An address that a service leads to, mostly a pod's.", {
    addresses: "Address of the endpoint; there may be up to 100, but only the first is looked at.",
    conditions: "Whether the endpoint can take traffic.",
    hostname: "Host name of the endpoint, for DNS.",
    targetRef: "Object that the endpoint is, mostly a pod.",
    deprecatedTopology: "Where v1beta1 kept labels of the node; cannot be written.",
    nodeName: "Node that the endpoint is on.",
    zone: "Zone that the endpoint is in.",
    hints: "Whose traffic the endpoint should get.",
  }),
  doc(EndpointHints, "Whose traffic an endpoint should get.", {
    forZones: "Zones whose traffic it should get; at most 8.",
    forNodes: "Nodes whose traffic it should get; at most 8.",
  }),
  doc(ForNode, "A node whose traffic an endpoint should get.", {
    name: "Name of the node.",
  }),
  doc(ForZone, "A zone whose traffic an endpoint should get.", {
    name: "Name of the zone.",
  }),
  doc(EndpointConditions, "Whether an endpoint can take traffic.", {
    ready: "Whether it is to take new traffic; absent counts as true.",
    serving: "Whether it can take traffic, even while it is being ended; absent is the same as ready.",
    terminating: "Whether it is being ended; absent counts as false.",
  }),
  ...kindDocs(EndpointSlice, "Some of the addresses that a service leads to.", {
    addressType: "What the addresses are: IPv4, IPv6 or FQDN (deprecated). It cannot change.",
    endpoints: "The addresses; at most 1000.",
    ports: "Ports of all of them; none means no ports.",
  }),
];
