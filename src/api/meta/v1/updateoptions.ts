import { list, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const UpdateOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions", () => ({
  ...typeMeta(),
  dryRun: list(1, scalar.string, { list: "atomic" }),
  fieldManager: string(2),
  fieldValidation: string(3),
}));
export interface UpdateOptions extends Infer<typeof UpdateOptions> {}
