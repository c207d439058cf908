import { boolean, int64, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const ListOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions", () => ({
  ...typeMeta(),
  labelSelector: string(1),
  fieldSelector: string(2),
  watch: boolean(3),
  allowWatchBookmarks: boolean(9),
  resourceVersion: string(4),
  resourceVersionMatch: string(10),
  timeoutSeconds: int64(5, { ptr: true }),
  limit: int64(7),
  continue: string(8),
  sendInitialEvents: boolean(11, { ptr: true }),
  shardSelector: string(15, { gates: ["ShardedListAndWatch"] }),
}));
export interface ListOptions extends Infer<typeof ListOptions> {}
