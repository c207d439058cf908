import { boolean, int64, string, struct, time, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const PodLogOptions = struct("io.k8s.api.core.v1.PodLogOptions", () => ({
  ...typeMeta(),
  container: string(1),
  follow: boolean(2),
  previous: boolean(3),
  sinceSeconds: int64(4, { ptr: true }),
  sinceTime: time(5, { ptr: true }),
  timestamps: boolean(6),
  tailLines: int64(7, { ptr: true }),
  limitBytes: int64(8, { ptr: true }),
  insecureSkipTLSVerifyBackend: boolean(9),
  stream: string(10, { ptr: true, gates: ["PodLogsQuerySplitStreams"] }),
}));
export interface PodLogOptions extends Infer<typeof PodLogOptions> {}
