import { boolean, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PodAttachOptions = struct("io.k8s.api.core.v1.PodAttachOptions", () => ({
  ...typeMeta(),
  stdin: boolean(1),
  stdout: boolean(2),
  stderr: boolean(3),
  tty: boolean(4),
  container: string(5),
}));
export interface PodAttachOptions extends Infer<typeof PodAttachOptions> {}
