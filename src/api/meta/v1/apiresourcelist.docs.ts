import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { APIResourceList, APIResource } from "./apiresourcelist.ts";

export const apiresourcelistDocs: readonly StructDoc[] = [
  doc(APIResourceList, "The resources of one version of an API group.", {
    ...TYPE_META,
    groupVersion: "Group and version that the resources are in.",
    resources: "The resources and their subresources.",
  }),
  doc(APIResource, "A resource that the server has.", {
    name: "Plural name of the resource, as it stands in URLs.",
    singularName: "Singular name of the resource.",
    namespaced: "Whether its objects are in namespaces.",
    group: "API group of its kind; empty for the list's.",
    version: "Version of its kind; empty for the list's.",
    kind: "Kind of its objects.",
    verbs: "What can be done: get, list, watch, create, update, patch, delete, deletecollection.",
    shortNames: "Short names that kubectl takes too.",
    categories: "Names for several resources together, such as all.",
    storageVersionHash: "Hash of the version that objects are stored as; changes when that does.",
  }),
];
