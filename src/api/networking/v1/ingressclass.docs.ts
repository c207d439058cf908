import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { IngressClass, IngressClassSpec, IngressClassParametersReference } from "./ingressclass.ts";

export const ingressclassDocs: readonly StructDoc[] = [
  ...kindDocs(IngressClass, "A controller for ingresses, with settings for it.", {
    spec: "Which controller, with which settings.",
  }),
  doc(IngressClassSpec, "Which controller takes the ingresses of a class.", {
    controller: "Name of the controller, as domain/path, up to 250 characters; it cannot change.",
    parameters: "Object with further settings for the controller.",
  }),
  doc(IngressClassParametersReference, "An object with settings.", {
    apiGroup: "API group of the object; absent for the core group.",
    kind: "Kind of the object.",
    name: "Name of the object.",
    scope: "Cluster (default), or Namespace for an object that is in one.",
    namespace: "Namespace of the object; needed with scope Namespace, and only then.",
  }),
];
