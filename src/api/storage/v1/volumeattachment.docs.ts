import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  VolumeAttachment,
  VolumeAttachmentStatus,
  VolumeError,
  VolumeAttachmentSpec,
  VolumeAttachmentSource,
} from "./volumeattachment.ts";

export const volumeattachmentDocs: readonly StructDoc[] = [
  ...kindDocs(VolumeAttachment, "Asks to attach a volume to a node, or to detach it when it is deleted.", {
    spec: "Which volume, which node, and who does it; it cannot change.",
    status: "How far it is.",
  }),
  doc(VolumeAttachmentStatus, "How far an attachment is.", {
    attached: "Whether the volume is attached.",
    attachmentMetadata: "What the driver says about the attached volume, for mounting it.",
    attachError: "What went wrong last when attaching.",
    detachError: "What went wrong last when detaching.",
  }),
  doc(VolumeError, "Something that went wrong with a volume.", {
    time: "When it went wrong.",
    message: "What went wrong; keep passwords out of it.",
    errorCode: "Number of the gRPC status code.",
  }),
  doc(VolumeAttachmentSpec, "Which volume is attached to which node.", {
    attacher: "Name of the driver that does it.",
    source: "Volume to attach.",
    nodeName: "Node to attach it to.",
  }),
  doc(VolumeAttachmentSource, "The volume to attach; exactly one member is set.", {
    persistentVolumeName: "Name of a persistent volume.",
    inlineVolumeSpec: "A volume without an object, for in-tree volumes of pods that CSI drivers serve now.",
  }),
];
