import { list, map, scalar, string, struct, type Infer } from "../../../schema/index.ts";

export const LabelSelector = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  () => ({
    matchLabels: map(1, scalar.string),
    matchExpressions: list(2, LabelSelectorRequirement, { list: "atomic" }),
  }),
  { atomic: true },
);
export interface LabelSelector extends Infer<typeof LabelSelector> {}

export const LabelSelectorRequirement = struct("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", () => ({
  key: string(1, { always: true, required: true }),
  operator: string(2, { always: true, required: true }),
  values: list(3, scalar.string, { list: "atomic" }),
}));
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}
