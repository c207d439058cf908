import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { GetOptions } from "./getoptions.ts";

export const getoptionsDocs: readonly StructDoc[] = [
  doc(GetOptions, "How an object is read.", {
    ...TYPE_META,
    resourceVersion: "Version that the answer must be no older than; 0 for any, default the newest.",
  }),
];
