import { ref } from "../../../schema/index.ts";
import { CLIENT_METADATA, kind, type InferKind } from "../../kind.ts";
import { APIServiceSpec, APIServiceStatus } from "./apiservice.types.ts";

export * from "./apiservice.types.ts";

export const APIService = kind({
  name: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  categories: ["api-extensions"],
  scope: "Cluster",
  storagePrefix: "apiregistration.k8s.io/apiservices",
  rules: { storedAsJson: true, statusKeeps: CLIENT_METADATA },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, APIServiceSpec),
    status: ref(3, APIServiceStatus),
  }),
});
export interface APIService extends InferKind<typeof APIService> {}
