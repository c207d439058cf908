import { int32, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ListMeta } from "./listmeta.ts";

export const Status = struct("io.k8s.apimachinery.pkg.apis.meta.v1.Status", () => ({
  ...typeMeta(),
  metadata: ref(1, ListMeta),
  status: string(2),
  message: string(3),
  reason: string(4),
  details: ref(5, StatusDetails, { ptr: true }),
  code: int32(6),
}));
export interface Status extends Infer<typeof Status> {}

export const StatusDetails = struct("io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails", () => ({
  name: string(1),
  group: string(2),
  kind: string(3),
  uid: string(6),
  causes: list(4, StatusCause, { list: "atomic" }),
  retryAfterSeconds: int32(5),
}));
export interface StatusDetails extends Infer<typeof StatusDetails> {}

export const StatusCause = struct("io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause", () => ({
  reason: string(1),
  message: string(2),
  field: string(3),
}));
export interface StatusCause extends Infer<typeof StatusCause> {}
