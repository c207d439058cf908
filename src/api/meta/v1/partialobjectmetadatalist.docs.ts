import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PartialObjectMetadataList } from "./partialobjectmetadatalist.ts";

export const partialobjectmetadatalistDocs: readonly StructDoc[] = [
  doc(PartialObjectMetadataList, "A list of objects without anything but their metadata.", {
    ...TYPE_META,
    metadata: "The version of the list, and how to go on when it is only a part.",
    items: "The objects.",
  }),
];
