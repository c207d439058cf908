import { string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const TableOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.TableOptions", () => ({
  ...typeMeta(),
  includeObject: string(1),
}));
export interface TableOptions extends Infer<typeof TableOptions> {}
