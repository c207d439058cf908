import { doc, type StructDoc } from "../../doc.ts";
import { WatchEvent } from "./watchevent.ts";

export const watcheventDocs: readonly StructDoc[] = [
  doc(WatchEvent, "A change that a watch tells of.", {
    type: "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.",
    object: "The object after the change, or before its deletion; for BOOKMARK only its version, for ERROR a Status.",
  }),
];
