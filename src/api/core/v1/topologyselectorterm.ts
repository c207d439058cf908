import { list, scalar, string, struct, type Infer } from "../../../schema/index.ts";

export const TopologySelectorTerm = struct(
  "io.k8s.api.core.v1.TopologySelectorTerm",
  () => ({
    matchLabelExpressions: list(1, TopologySelectorLabelRequirement, { list: "atomic" }),
  }),
  { atomic: true },
);
export interface TopologySelectorTerm extends Infer<typeof TopologySelectorTerm> {}

export const TopologySelectorLabelRequirement = struct("io.k8s.api.core.v1.TopologySelectorLabelRequirement", () => ({
  key: string(1, { always: true, required: true }),
  values: list(2, scalar.string, { always: true, required: true, list: "atomic" }),
}));
export interface TopologySelectorLabelRequirement extends Infer<typeof TopologySelectorLabelRequirement> {}
