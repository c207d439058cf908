import { boolean, list } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LocalObjectReference, ObjectReference } from "./references.ts";

export const ServiceAccount = kind({
  name: "io.k8s.api.core.v1.ServiceAccount",
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  rules: { returnsDeleted: true },
  shortNames: ["sa"],
  scope: "Namespaced",
  subresources: [{ name: "token", kind: "TokenRequest", groupVersion: "authentication.k8s.io/v1", verbs: ["create"] }],
  fields: () => ({
    secrets: list(2, ObjectReference, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
    imagePullSecrets: list(3, LocalObjectReference, { list: "atomic" }),
    automountServiceAccountToken: boolean(4, { ptr: true }),
  }),
});
export interface ServiceAccount extends InferKind<typeof ServiceAccount> {}
