import { int32, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectReference } from "./references.ts";

export const EndpointSubset = struct("io.k8s.api.core.v1.EndpointSubset", () => ({
  addresses: list(1, EndpointAddress, { list: "atomic" }),
  notReadyAddresses: list(2, EndpointAddress, { list: "atomic" }),
  ports: list(3, EndpointPort, { list: "atomic" }),
}));
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

export const EndpointPort = struct(
  "io.k8s.api.core.v1.EndpointPort",
  () => ({
    name: string(1),
    port: int32(2, { always: true, required: true }),
    protocol: string(3, { enum: ["SCTP", "TCP", "UDP"] }),
    appProtocol: string(4, { ptr: true }),
  }),
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointAddress = struct(
  "io.k8s.api.core.v1.EndpointAddress",
  () => ({
    ip: string(1, { always: true, required: true }),
    hostname: string(3),
    nodeName: string(4, { ptr: true }),
    targetRef: ref(2, ObjectReference, { ptr: true }),
  }),
  { atomic: true },
);
export interface EndpointAddress extends Infer<typeof EndpointAddress> {}

export const Endpoints = kind({
  name: "io.k8s.api.core.v1.Endpoints",
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  rules: {
    createdByUpdate: true,
    deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  },
  storagePrefix: "services/endpoints",
  shortNames: ["ep"],
  scope: "Namespaced",
  fields: () => ({
    subsets: list(2, EndpointSubset, { list: "atomic" }),
  }),
});
export interface Endpoints extends InferKind<typeof Endpoints> {}
