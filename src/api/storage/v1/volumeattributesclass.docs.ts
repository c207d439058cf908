import { kindDocs, type StructDoc } from "../../doc.ts";
import { VolumeAttributesClass } from "./volumeattributesclass.ts";

export const volumeattributesclassDocs: readonly StructDoc[] = [
  ...kindDocs(
    VolumeAttributesClass,
    "Settings of volumes that can change while they are in use; the class itself cannot change.",
    {
      driverName: "Name of the CSI driver.",
      parameters: "The settings, in the driver's words; at most 512 entries.",
    },
  ),
];
