import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { APIGroup, ServerAddressByClientCIDR, GroupVersionForDiscovery } from "./apigroup.ts";

export const apigroupDocs: readonly StructDoc[] = [
  doc(APIGroup, "An API group that the server has.", {
    ...TYPE_META,
    name: "Name of the group.",
    versions: "Versions of the group that are served.",
    preferredVersion: "Version that the server would have you use.",
    serverAddressByClientCIDRs: "Addresses of the server for clients in different networks.",
  }),
  doc(ServerAddressByClientCIDR, "The server's address for clients in one network.", {
    clientCIDR: "Address range of the clients.",
    serverAddress: "Host name, address or host:port of the server.",
  }),
  doc(GroupVersionForDiscovery, "A version of an API group.", {
    groupVersion: "Group and version, such as apps/v1.",
    version: "The version alone, such as v1.",
  }),
];
