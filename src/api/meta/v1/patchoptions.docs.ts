import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { PatchOptions } from "./patchoptions.ts";

export const patchoptionsDocs: readonly StructDoc[] = [
  doc(PatchOptions, "How an object is patched.", {
    ...TYPE_META,
    dryRun: "Set to All, does everything but store the object.",
    force: "Takes over fields that other managers own; only for apply patches.",
    fieldManager: "Name of who sets the fields; a must for apply patches. At most 128 characters.",
    fieldValidation: "What unknown and double fields do: Warn (default), Strict to refuse, or Ignore.",
  }),
];
