import { boolean, bytes, int32, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { apiServiceBehavior } from "./apiservice.behavior.ts";
import { apiServiceColumns } from "./apiservice.columns.ts";
import { kind, type InferKind } from "../../kind.ts";

export const APIServiceStatus = struct("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus", () => ({
  conditions: list(1, APIServiceCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface APIServiceStatus extends Infer<typeof APIServiceStatus> {}

export const APIServiceCondition = struct(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition",
  () => ({
    type: string(1, { always: true, required: true }),
    status: string(2, { always: true, required: true }),
    lastTransitionTime: time(3),
    reason: string(4),
    message: string(5),
  }),
);
export interface APIServiceCondition extends Infer<typeof APIServiceCondition> {}

export const APIServiceSpec = struct("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec", () => ({
  service: ref(1, ServiceReference, { ptr: true }),
  group: string(2),
  version: string(3),
  insecureSkipTLSVerify: boolean(4),
  caBundle: bytes(5, { list: "atomic" }),
  groupPriorityMinimum: int32(7, { always: true, required: true }),
  versionPriority: int32(8, { always: true, required: true }),
}));
export interface APIServiceSpec extends Infer<typeof APIServiceSpec> {}

export const ServiceReference = struct("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference", () => ({
  namespace: string(1),
  name: string(2),
  port: int32(3, { ptr: true }),
}));
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const APIService = kind({
  name: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  categories: ["api-extensions"],
  scope: "Cluster",
  behavior: () => apiServiceBehavior as never,
  columns: () => apiServiceColumns,
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, APIServiceSpec),
    status: ref(3, APIServiceStatus),
  }),
});
export interface APIService extends InferKind<typeof APIService> {}
