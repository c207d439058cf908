import { list, scalar, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PodPortForwardOptions = struct("io.k8s.api.core.v1.PodPortForwardOptions", () => ({
  ...typeMeta(),
  ports: list(1, scalar.int32, { list: "atomic" }),
}));
export interface PodPortForwardOptions extends Infer<typeof PodPortForwardOptions> {}
