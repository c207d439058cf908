import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PartialObjectMetadata } from "./partialobjectmetadata.ts";

export const partialobjectmetadataDocs: readonly StructDoc[] = [
  doc(PartialObjectMetadata, "An object of any kind without anything but its metadata.", {
    ...TYPE_META,
    metadata: "Name, namespace, labels and what else all objects have.",
  }),
];
