import { boolean, list, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PodExecOptions = struct("io.k8s.api.core.v1.PodExecOptions", () => ({
  ...typeMeta(),
  stdin: boolean(1),
  stdout: boolean(2),
  stderr: boolean(3),
  tty: boolean(4),
  container: string(5),
  command: list(6, scalar.string, { always: true, required: true, list: "atomic" }),
}));
export interface PodExecOptions extends Infer<typeof PodExecOptions> {}
