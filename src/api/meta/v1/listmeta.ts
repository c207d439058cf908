import { int64, ref, string, struct, type Infer } from "../../../schema/index.ts";

export const ListMeta = struct("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", () => ({
  selfLink: string(1),
  resourceVersion: string(2),
  continue: string(3),
  remainingItemCount: int64(4, { ptr: true }),
  shardInfo: ref(5, ShardInfo, { ptr: true, gates: ["ShardedListAndWatch"] }),
}));
export interface ListMeta extends Infer<typeof ListMeta> {}

export const ShardInfo = struct("io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo", () => ({
  selector: string(1, { always: true, required: true }),
}));
export interface ShardInfo extends Infer<typeof ShardInfo> {}
