import { string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const ServiceProxyOptions = struct("io.k8s.api.core.v1.ServiceProxyOptions", () => ({
  ...typeMeta(),
  path: string(1),
}));
export interface ServiceProxyOptions extends Infer<typeof ServiceProxyOptions> {}
