import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { IPAddress, IPAddressSpec, ParentReference } from "./ipaddress.ts";

export const ipaddressDocs: readonly StructDoc[] = [
  ...kindDocs(IPAddress, "An address of a service that is taken; its name is the address.", {
    spec: "Who has taken the address.",
  }),
  doc(IPAddressSpec, "Who has taken an address.", {
    parentRef: "Object that has the address.",
  }),
  doc(ParentReference, "The object that has an address.", {
    group: "API group of the object; empty for the core group.",
    resource: "Resource of the object, such as services.",
    namespace: "Namespace of the object.",
    name: "Name of the object.",
  }),
];
