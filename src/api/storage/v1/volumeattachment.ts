import { boolean, int32, map, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { PersistentVolumeSpec } from "../../core/v1/persistentvolume.ts";

export const VolumeAttachmentStatus = struct("io.k8s.api.storage.v1.VolumeAttachmentStatus", () => ({
  attached: boolean(1, { always: true, required: true }),
  attachmentMetadata: map(2, scalar.string),
  attachError: ref(3, VolumeError, { ptr: true }),
  detachError: ref(4, VolumeError, { ptr: true }),
}));
export interface VolumeAttachmentStatus extends Infer<typeof VolumeAttachmentStatus> {}

export const VolumeError = struct("io.k8s.api.storage.v1.VolumeError", () => ({
  time: time(1),
  message: string(2),
  errorCode: int32(3, { ptr: true, gates: ["MutableCSINodeAllocatableCount"] }),
}));
export interface VolumeError extends Infer<typeof VolumeError> {}

export const VolumeAttachmentSpec = struct("io.k8s.api.storage.v1.VolumeAttachmentSpec", () => ({
  attacher: string(1, {
    always: true,
    required: true,
    rules: ["required", 'format="k8s-long-name-caseless"', "maxLength=63"],
  }),
  source: ref(2, VolumeAttachmentSource, { required: true }),
  nodeName: string(3, { always: true, required: true }),
}));
export interface VolumeAttachmentSpec extends Infer<typeof VolumeAttachmentSpec> {}

export const VolumeAttachmentSource = struct("io.k8s.api.storage.v1.VolumeAttachmentSource", () => ({
  persistentVolumeName: string(1, { ptr: true }),
  inlineVolumeSpec: ref(2, PersistentVolumeSpec, { ptr: true }),
}));
export interface VolumeAttachmentSource extends Infer<typeof VolumeAttachmentSource> {}

export const VolumeAttachment = kind({
  name: "io.k8s.api.storage.v1.VolumeAttachment",
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttachment",
  plural: "volumeattachments",
  rules: { returnsDeleted: true, statusKeeps: KEPT_WITH_STATUS },
  scope: "Cluster",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, VolumeAttachmentSpec, { required: true, rules: ["immutable"] }),
    status: ref(3, VolumeAttachmentStatus),
  }),
});
export interface VolumeAttachment extends InferKind<typeof VolumeAttachment> {}
