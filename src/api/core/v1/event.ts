import { int32, microTime, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ObjectReference } from "./references.ts";

export const EventSeries = struct("io.k8s.api.core.v1.EventSeries", () => ({
  count: int32(1),
  lastObservedTime: microTime(2),
}));
export interface EventSeries extends Infer<typeof EventSeries> {}

export const EventSource = struct("io.k8s.api.core.v1.EventSource", () => ({
  component: string(1),
  host: string(2),
}));
export interface EventSource extends Infer<typeof EventSource> {}

export const Event = kind({
  name: "io.k8s.api.core.v1.Event",
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  rules: { createdByUpdate: true, uncached: true },
  shortNames: ["ev"],
  scope: "Namespaced",
  requiresMetadata: true,
  fields: () => ({
    involvedObject: ref(2, ObjectReference, { required: true }),
    reason: string(3),
    message: string(4),
    source: ref(5, EventSource),
    firstTimestamp: time(6),
    lastTimestamp: time(7),
    count: int32(8),
    type: string(9),
    eventTime: microTime(10),
    series: ref(11, EventSeries, { ptr: true }),
    action: string(12),
    related: ref(13, ObjectReference, { ptr: true }),
    reportingComponent: string(14, { always: true }),
    reportingInstance: string(15, { always: true }),
  }),
});
export interface Event extends InferKind<typeof Event> {}
