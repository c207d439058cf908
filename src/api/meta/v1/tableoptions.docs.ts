import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { TableOptions } from "./tableoptions.ts";

export const tableoptionsDocs: readonly StructDoc[] = [
  doc(TableOptions, "How a table is made.", {
    ...TYPE_META,
    includeObject: "What comes with each row: Metadata (default), Object, or None.",
  }),
];
