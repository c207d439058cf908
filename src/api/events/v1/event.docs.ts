import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { EventSeries, Event } from "./event.ts";

export const eventDocs: readonly StructDoc[] = [
  doc(EventSeries, "How an event repeats.", {
    count: "How often it has happened.",
    lastObservedTime: "When it last happened.",
  }),
  ...kindDocs(Event, "Something that happened to an object; kept for an hour or so, and not to be relied on.", {
    eventTime: "When it happened first, with microseconds.",
    series: "How it repeats; absent for what happened once.",
    reportingController: "Controller that told it, such as kubernetes.io/kubelet; it cannot change.",
    reportingInstance: "Which instance of the controller told it; at most 128 characters.",
    action: "What was done about the object, up to 128 characters.",
    reason: "Why it happened, in one word of up to 128 characters.",
    regarding: "Object that the event is about.",
    related: "A second object that has to do with it.",
    note: "What happened, for people; at most 1 kB.",
    type: "Normal or Warning.",
    deprecatedSource: "Who told it, where the core form of events keeps it.",
    deprecatedFirstTimestamp: "When it happened first, where the core form of events keeps it.",
    deprecatedLastTimestamp: "When it happened last, where the core form of events keeps it.",
    deprecatedCount: "How often it has happened, where the core form of events keeps it.",
  }),
];
