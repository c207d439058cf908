import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { DeleteOptions, Preconditions } from "./deleteoptions.ts";

export const deleteoptionsDocs: readonly StructDoc[] = [
  doc(DeleteOptions, "How an object is deleted.", {
    ...TYPE_META,
    gracePeriodSeconds: "Seconds that the object gets to end; 0 deletes at once, default what its kind says.",
    preconditions: "What must hold of the object, or it is not deleted.",
    orphanDependents: "Whether objects that belong to it stay; deprecated, use propagationPolicy.",
    propagationPolicy: "Background deletes what belongs to it afterwards, Foreground before, Orphan not at all.",
    dryRun: "Set to All, does everything but delete the object.",
    ignoreStoreReadErrorWithClusterBreakingPotential:
      "Deletes an object that cannot be read, without finalizers and checks; may break the cluster.",
  }),
  doc(Preconditions, "What must hold of an object before it is changed.", {
    uid: "UID that the object must have.",
    resourceVersion: "Version that the object must have.",
  }),
];
