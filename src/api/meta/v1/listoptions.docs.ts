import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { ListOptions } from "./listoptions.ts";

export const listoptionsDocs: readonly StructDoc[] = [
  doc(ListOptions, "What is listed or watched, and how.", {
    ...TYPE_META,
    labelSelector: "Labels that objects must have, such as app=web,tier!=db; default all objects.",
    fieldSelector: "Fields that objects must have, such as metadata.name=web; default all objects.",
    watch: "Sends changes as they happen instead of a list.",
    allowWatchBookmarks: "Lets a watch send bookmarks, which say how far it is.",
    resourceVersion: "Version to start a watch after, or that a list must be no older than; 0 for any.",
    resourceVersionMatch: "How a list takes resourceVersion: Exact or NotOlderThan.",
    timeoutSeconds: "Seconds after which the list or watch ends.",
    limit: "Most objects in one answer; the rest follows with the token in metadata.continue.",
    continue: "Token of the last answer, to get the next part; the other options must stay the same.",
    sendInitialEvents: "Begins a watch with what there is, then a bookmark; needs resourceVersionMatch NotOlderThan.",
    shardSelector: "Takes only a part of the objects, so that several clients share them.",
  }),
];
