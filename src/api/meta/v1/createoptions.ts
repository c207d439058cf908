import { list, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const CreateOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions", () => ({
  ...typeMeta(),
  dryRun: list(1, scalar.string, { list: "atomic" }),
  fieldManager: string(3),
  fieldValidation: string(4),
}));
export interface CreateOptions extends Infer<typeof CreateOptions> {}
