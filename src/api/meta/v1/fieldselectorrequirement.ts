import { list, scalar, string, struct, type Infer } from "../../../schema/index.ts";

export const FieldSelectorRequirement = struct("io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement", () => ({
  key: string(1, { always: true, required: true }),
  operator: string(2, { always: true, required: true }),
  values: list(3, scalar.string, { list: "atomic" }),
}));
export interface FieldSelectorRequirement extends Infer<typeof FieldSelectorRequirement> {}
