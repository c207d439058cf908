import { boolean, map, scalar, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const Secret = kind({
  name: "io.k8s.api.core.v1.Secret",
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  scope: "Namespaced",
  fields: () => ({
    immutable: boolean(5, { ptr: true }),
    data: map(2, scalar.bytes),
    stringData: map(4, scalar.string),
    type: string(3),
  }),
});
export interface Secret extends InferKind<typeof Secret> {}
