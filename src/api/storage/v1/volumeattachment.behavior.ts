import { jsonEqual } from "../../../base/index.ts";
import { sourceShapes, validateInlineVolumeSpec } from "../../core/v1/persistentvolume.validate.ts";
import { validateCsiDriverName } from "../../core/v1/pod/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  forbiddenField,
  IMMUTABLE,
  internalValue,
  invalidValue,
  problemsAt,
  rangeProblems,
  required,
  tooLong,
} from "../../validation/index.ts";
import {
  type VolumeAttachment,
  type VolumeAttachmentSource,
  VolumeAttachmentSpec,
  type VolumeError,
} from "./volumeattachment.ts";

const MESSAGE_BYTES_MAX = 1024;
const METADATA_BYTES_MAX = 256 * 1024;
const INT32_MAX = 2_147_483_647;

export const volumeAttachmentBehavior: KindBehavior<VolumeAttachment> = {
  metadataLooks: ["whole"],
  statusMetadataLooks: ["whole"],
  generation: false,
  requiresVersion: true,
  prepareCreate(attachment) {
    attachment.status = { attached: false } as Mutable<VolumeAttachment>["status"];
  },
  validate: (attachment) => [...validateSpec(attachment), ...validateStatus(attachment)],
  validateUpdate: (attachment, old) => [
    ...validateSpec(attachment),
    ...validateStatus(attachment),
    ...(jsonEqual(attachment.spec, old.spec)
      ? []
      : [invalidValue("spec", internalValue(VolumeAttachmentSpec, attachment.spec, sourceShapes()), IMMUTABLE)]),
  ],
  validateStatusUpdate: validateStatus,
};

function validateSpec({ spec: { attacher, source, nodeName } }: VolumeAttachment): FieldError[] {
  const { persistentVolumeName: volume } = source;
  return [
    ...(attacher === "" ? [required("spec.attacher")] : validateCsiDriverName("spec.attacher", attacher)),
    ...validateSource("spec.source", source),
    ...problemsAt("spec.nodeName", nodeName, dnsSubdomainProblems(nodeName)),
    ...(volume === undefined
      ? []
      : problemsAt("spec.source.persistentVolumeName", volume, dnsSubdomainProblems(volume))),
  ];
}

function validateSource(
  path: string,
  { persistentVolumeName, inlineVolumeSpec }: VolumeAttachmentSource,
): FieldError[] {
  const detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (persistentVolumeName !== undefined) {
    if (inlineVolumeSpec) return [forbiddenField(path, detail)];
    const at = `${path}.persistentVolumeName`;
    return persistentVolumeName === "" ? [required(at, "must specify non empty persistentVolumeName")] : [];
  }
  if (!inlineVolumeSpec) return [required(path, detail)];
  return validateInlineVolumeSpec(`${path}.inlineVolumeSpec`, inlineVolumeSpec);
}

function validateStatus({ status }: VolumeAttachment): FieldError[] {
  const entries = Object.entries(status.attachmentMetadata ?? {});
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...(bytes > METADATA_BYTES_MAX ? [tooLong("status.attachmentMetadata", METADATA_BYTES_MAX)] : []),
    ...validateError("status.attachError", status.attachError),
    ...validateError("status.detachError", status.detachError),
  ];
}

function validateError(path: string, error: VolumeError | undefined): FieldError[] {
  if (!error) return [];
  const { message = "", errorCode } = error;
  return [
    ...(Buffer.byteLength(message) > MESSAGE_BYTES_MAX ? [tooLong(`${path}.message`, MESSAGE_BYTES_MAX)] : []),
    ...(errorCode === undefined
      ? []
      : problemsAt(`${path}.errorCode`, errorCode, rangeProblems(errorCode, 0, INT32_MAX))),
  ];
}
