import { boolean, bytes, type Infer, list, map, ref, scalar, string, struct } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { Status } from "../../meta/v1/status.ts";

/** What a webhook answers. Of its question nothing is ever read. */
export const AdmissionReview = struct("io.k8s.api.admission.v1.AdmissionReview", () => ({
  ...typeMeta(),
  response: ref(2, AdmissionResponse, { ptr: true }),
}));
export interface AdmissionReview extends Infer<typeof AdmissionReview> {}

export const AdmissionResponse = struct("io.k8s.api.admission.v1.AdmissionResponse", () => ({
  uid: string(1),
  allowed: boolean(2),
  status: ref(3, Status, { ptr: true }),
  patch: bytes(4),
  patchType: string(5),
  auditAnnotations: map(6, scalar.string),
  warnings: list(7, scalar.string, { list: "atomic" }),
}));
export interface AdmissionResponse extends Infer<typeof AdmissionResponse> {}
