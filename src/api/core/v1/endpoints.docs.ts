import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { Endpoints, EndpointSubset, EndpointPort, EndpointAddress } from "./endpoints.ts";

export const endpointsDocs: readonly StructDoc[] = [
  ...kindDocs(Endpoints, "The addresses behind a service; deprecated, EndpointSlice has taken over.", {
    subsets: "Addresses that share the same ports, group by group.",
  }),
  doc(EndpointSubset, "Addresses with the same ports: every address has every port.", {
    addresses: "Addresses that are ready.",
    notReadyAddresses: "Addresses that are not ready.",
    ports: "Ports of all of them.",
  }),
  doc(EndpointPort, "A port of some addresses.", {
    name: "Name of the service's port that it is for.",
    port: "Number of the port.",
    protocol: "TCP (default), UDP or SCTP.",
    appProtocol: "Protocol spoken at the port, as a hint.",
  }),
  doc(EndpointAddress, "An address of a service.", {
    ip: "The IP address; not loopback, link-local or multicast.",
    hostname: "Host name of the address, for DNS.",
    nodeName: "Node that the address is on.",
    targetRef: "Pod that the address belongs to.",
  }),
];
