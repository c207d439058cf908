import { string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const NodeProxyOptions = struct("io.k8s.api.core.v1.NodeProxyOptions", () => ({
  ...typeMeta(),
  path: string(1),
}));
export interface NodeProxyOptions extends Infer<typeof NodeProxyOptions> {}
