import { kindDocs, type StructDoc } from "../../doc.ts";
import { ControllerRevision } from "./controllerrevision.ts";

export const controllerrevisionDocs: readonly StructDoc[] = [
  ...kindDocs(
    ControllerRevision,
    "A state of a stateful set or daemon set that can be gone back to; its data never changes.",
    {
      data: "The state, in the controller's own form.",
      revision: "Number of the state; later ones are higher.",
    },
  ),
];
