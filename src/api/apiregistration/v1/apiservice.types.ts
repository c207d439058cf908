import { boolean, bytes, int32, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";

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
