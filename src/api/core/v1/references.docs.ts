import { doc, type StructDoc } from "../../doc.ts";
import {
  SecretReference,
  ObjectReference,
  TypedObjectReference,
  TypedLocalObjectReference,
  LocalObjectReference,
} from "./references.ts";

export const referencesDocs: readonly StructDoc[] = [
  doc(SecretReference, "A secret in some namespace.", {
    name: "Name of the secret.",
    namespace: "Namespace of the secret.",
  }),
  doc(ObjectReference, "An object in the cluster, or a part of it.", {
    kind: "Kind of the object.",
    namespace: "Namespace of the object.",
    name: "Name of the object.",
    uid: "UID of the object.",
    apiVersion: "Group and version of the object.",
    resourceVersion: "Version of the object that is meant, if it must be one.",
    fieldPath: "Part of the object that is meant, such as spec.containers{name}.",
  }),
  doc(TypedObjectReference, "An object of some kind, maybe in another namespace.", {
    apiGroup: "API group of the kind; absent for the core group.",
    kind: "Kind of the object.",
    name: "Name of the object.",
    namespace:
      "Namespace of the object; needs the feature gate CrossNamespaceVolumeDataSource and a ReferenceGrant in it.",
  }),
  doc(TypedLocalObjectReference, "An object of some kind in the same namespace.", {
    apiGroup: "API group of the kind; absent for the core group.",
    kind: "Kind of the object.",
    name: "Name of the object.",
  }),
  doc(LocalObjectReference, "An object in the same namespace; what refers to it says the kind.", {
    name: "Name of the object.",
  }),
];
