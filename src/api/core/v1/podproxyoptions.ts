import { string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PodProxyOptions = struct("io.k8s.api.core.v1.PodProxyOptions", () => ({
  ...typeMeta(),
  path: string(1),
}));
export interface PodProxyOptions extends Infer<typeof PodProxyOptions> {}
