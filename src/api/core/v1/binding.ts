import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectReference } from "./references.ts";

export const Binding = kind({
  name: "io.k8s.api.core.v1.Binding",
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  scope: "Namespaced",
  verbs: ["create"],
  fields: () => ({
    target: ref(2, ObjectReference, { required: true }),
  }),
});
export interface Binding extends InferKind<typeof Binding> {}
