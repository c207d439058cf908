import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { storedDefinition } from "./customresourcedefinition.stored.ts";
import { CustomResourceDefinitionSpec, CustomResourceDefinitionStatus } from "./customresourcedefinition.types.ts";

export * from "./customresourcedefinition.types.ts";

export const CustomResourceDefinition = kind({
  name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  scope: "Cluster",
  storagePrefix: "apiextensions.k8s.io/customresourcedefinitions",
  storageVersion: storedDefinition.version,
  rules: { storedAsJson: true, storedForm: storedDefinition },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, CustomResourceDefinitionSpec, { required: true }),
    status: ref(3, CustomResourceDefinitionStatus),
  }),
});
export interface CustomResourceDefinition extends InferKind<typeof CustomResourceDefinition> {}
