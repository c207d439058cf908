import { boolean, int64, list, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const DeleteOptions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", () => ({
  ...typeMeta(),
  gracePeriodSeconds: int64(1, { ptr: true }),
  preconditions: ref(2, Preconditions, { ptr: true }),
  orphanDependents: boolean(3, { ptr: true }),
  propagationPolicy: string(4, { ptr: true }),
  dryRun: list(5, scalar.string, { list: "atomic" }),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean(6, { ptr: true }),
}));
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}

export const Preconditions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", () => ({
  uid: string(1, { ptr: true }),
  resourceVersion: string(2, { ptr: true }),
}));
export interface Preconditions extends Infer<typeof Preconditions> {}
