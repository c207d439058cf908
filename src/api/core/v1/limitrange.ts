import { list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const LimitRangeSpec = struct("io.k8s.api.core.v1.LimitRangeSpec", () => ({
  limits: list(1, LimitRangeItem, { always: true, required: true, list: "atomic" }),
}));
export interface LimitRangeSpec extends Infer<typeof LimitRangeSpec> {}

export const LimitRangeItem = struct("io.k8s.api.core.v1.LimitRangeItem", () => ({
  type: string(1, { always: true, required: true }),
  max: map(2, scalar.quantity),
  min: map(3, scalar.quantity),
  default: map(4, scalar.quantity),
  defaultRequest: map(5, scalar.quantity),
  maxLimitRequestRatio: map(6, scalar.quantity),
}));
export interface LimitRangeItem extends Infer<typeof LimitRangeItem> {}

export const LimitRange = kind({
  name: "io.k8s.api.core.v1.LimitRange",
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  rules: { createdByUpdate: true },
  shortNames: ["limits"],
  scope: "Namespaced",
  fields: () => ({
    spec: ref(2, LimitRangeSpec),
  }),
});
export interface LimitRange extends InferKind<typeof LimitRange> {}
