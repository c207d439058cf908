import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { CreateOptions } from "./createoptions.ts";

export const createoptionsDocs: readonly StructDoc[] = [
  doc(CreateOptions, "How an object is created.", {
    ...TYPE_META,
    dryRun: "Set to All, does everything but store the object.",
    fieldManager: "Name of who sets the fields; default from the client's user agent. At most 128 characters.",
    fieldValidation: "What unknown and double fields do: Warn (default), Strict to refuse, or Ignore.",
  }),
];
