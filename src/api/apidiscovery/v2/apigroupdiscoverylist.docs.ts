import { doc, type StructDoc } from "../../doc.ts";
import {
  APIGroupDiscovery,
  APIGroupDiscoveryList,
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
  GroupVersionKind,
} from "./apigroupdiscoverylist.ts";

export const apigroupdiscoverylistDocs: readonly StructDoc[] = [
  doc(APIGroupDiscoveryList, "All groups, with all that they serve.", {
    metadata: "Standard list metadata.",
    items: "The groups, those that clients prefer first.",
  }),
  doc(APIGroupDiscovery, "What one group serves.", {
    metadata: "The name of the group; none for the core group.",
    versions: "Its versions, those that clients prefer first.",
  }),
  doc(APIVersionDiscovery, "What one version of a group serves.", {
    version: "Name of the version.",
    resources: "Its resources.",
    freshness: "Current, or Stale when the server behind it can't be asked.",
  }),
  doc(APIResourceDiscovery, "One resource, and what can be done with it.", {
    resource: "Plural name, as paths have it.",
    responseKind: "Kind of its objects; what stands in no field is as above.",
    scope: "Cluster or Namespaced.",
    singularResource: "Singular name.",
    verbs: "What can be done.",
    shortNames: "Other names that clients may use.",
    categories: "Names of groups of resources that it is part of, such as all.",
    subresources: "Parts of it that have paths of their own.",
  }),
  doc(APISubresourceDiscovery, "A part of a resource with a path of its own.", {
    subresource: "Its name, as paths have it.",
    responseKind: "Kind of what is answered.",
    acceptedTypes: "Kinds that may be sent.",
    verbs: "What can be done.",
  }),
  doc(GroupVersionKind, "Names a kind.", {
    group: "API group.",
    version: "Version of the group.",
    kind: "The kind.",
  }),
];
