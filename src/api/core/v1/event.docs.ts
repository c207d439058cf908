import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { EventSeries, EventSource, Event } from "./event.ts";

export const eventDocs: readonly StructDoc[] = [
  doc(EventSeries, "How an event repeats.", {
    count: "How often it has happened.",
    lastObservedTime: "When it last happened.",
  }),
  doc(EventSource, "Who told an event.", {
    component: "Program that told it.",
    host: "Node that it told it from.",
  }),
  ...kindDocs(Event, "Something that happened to an object; kept for an hour or so, and not to be relied on.", {
    involvedObject: "Object that the event is about.",
    reason: "Why it happened, in one word, such as Scheduled or BackOff.",
    message: "What happened, for people.",
    source: "Who told it.",
    firstTimestamp: "When it happened first.",
    lastTimestamp: "When it happened last.",
    count: "How often it has happened.",
    type: "Normal or Warning.",
    eventTime: "When it happened first, with microseconds.",
    series: "How it repeats; absent for what happened once.",
    action: "What was done about the object.",
    related: "A second object that has to do with it.",
    reportingComponent: "Controller that told it, such as kubernetes.io/kubelet.",
    reportingInstance: "Which instance of the controller told it.",
  }),
];
