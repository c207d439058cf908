import { ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const IngressClassSpec = struct("io.k8s.api.networking.v1.IngressClassSpec", () => ({
  controller: string(1),
  parameters: ref(2, IngressClassParametersReference, { ptr: true, rules: ["optional"] }),
}));
export interface IngressClassSpec extends Infer<typeof IngressClassSpec> {}

export const IngressClassParametersReference = struct(
  "io.k8s.api.networking.v1.IngressClassParametersReference",
  () => ({
    apiGroup: string(1, { ptr: true }),
    kind: string(2, { always: true, required: true, rules: ["required"] }),
    name: string(3, { always: true, required: true, rules: ["required"] }),
    scope: string(4, { ptr: true, always: true }),
    namespace: string(5, { ptr: true }),
  }),
);
export interface IngressClassParametersReference extends Infer<typeof IngressClassParametersReference> {}

export const IngressClass = kind({
  name: "io.k8s.api.networking.v1.IngressClass",
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, IngressClassSpec),
  }),
});
export interface IngressClass extends InferKind<typeof IngressClass> {}
