import { boolean, list, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PatchOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions", () => ({
  ...typeMeta(),
  dryRun: list(1, scalar.string, { list: "atomic" }),
  force: boolean(2, { ptr: true }),
  fieldManager: string(3),
  fieldValidation: string(4),
}));
export interface PatchOptions extends Infer<typeof PatchOptions> {}
