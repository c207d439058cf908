import { string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const GetOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions", () => ({
  ...typeMeta(),
  resourceVersion: string(1),
}));
export interface GetOptions extends Infer<typeof GetOptions> {}
