import { boolean, int32, list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectReference } from "../../core/v1/references.ts";

export const EndpointPort = struct(
  "io.k8s.api.discovery.v1.EndpointPort",
  () => ({
    name: string(1, { ptr: true }),
    protocol: string(2, { ptr: true, enum: ["SCTP", "TCP", "UDP"] }),
    port: int32(3, { ptr: true }),
    appProtocol: string(4, { ptr: true }),
  }),
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const Endpoint = struct("io.k8s.api.discovery.v1.Endpoint", () => ({
  addresses: list(1, scalar.string, { always: true, required: true, list: "set", rules: ["required", "maxItems=100"] }),
  conditions: ref(2, EndpointConditions),
  hostname: string(3, { ptr: true }),
  targetRef: ref(4, ObjectReference, { ptr: true }),
  deprecatedTopology: map(5, scalar.string),
  nodeName: string(6, { ptr: true }),
  zone: string(7, { ptr: true }),
  hints: ref(8, EndpointHints, { ptr: true }),
}));
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointHints = struct("io.k8s.api.discovery.v1.EndpointHints", () => ({
  forZones: list(1, ForZone, { list: "atomic" }),
  forNodes: list(2, ForNode, { list: "atomic" }),
}));
export interface EndpointHints extends Infer<typeof EndpointHints> {}

export const ForNode = struct("io.k8s.api.discovery.v1.ForNode", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface ForNode extends Infer<typeof ForNode> {}

export const ForZone = struct("io.k8s.api.discovery.v1.ForZone", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface ForZone extends Infer<typeof ForZone> {}

export const EndpointConditions = struct("io.k8s.api.discovery.v1.EndpointConditions", () => ({
  ready: boolean(1, { ptr: true }),
  serving: boolean(2, { ptr: true }),
  terminating: boolean(3, { ptr: true }),
}));
export interface EndpointConditions extends Infer<typeof EndpointConditions> {}

export const EndpointSlice = kind({
  name: "io.k8s.api.discovery.v1.EndpointSlice",
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  scope: "Namespaced",
  fields: () => ({
    addressType: string(4, {
      always: true,
      required: true,
      enum: ["FQDN", "IPv4", "IPv6"],
      rules: ["required", "immutable"],
    }),
    endpoints: list(2, Endpoint, { always: true, list: "atomic", rules: ["optional"] }),
    ports: list(3, EndpointPort, { always: true, list: "atomic" }),
  }),
});
export interface EndpointSlice extends InferKind<typeof EndpointSlice> {}
