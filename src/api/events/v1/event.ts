import { int32, microTime, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Event as CoreEvent, EventSource } from "../../core/v1/event.ts";
import { type Conversions, storedAs } from "../../storage.ts";
import { ObjectReference } from "../../core/v1/references.ts";

export const EventSeries = struct("io.k8s.api.events.v1.EventSeries", () => ({
  count: int32(1, { always: true, required: true }),
  lastObservedTime: microTime(2, { always: true, required: true }),
}));
export interface EventSeries extends Infer<typeof EventSeries> {}

export const Event = kind({
  name: "io.k8s.api.events.v1.Event",
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  scope: "Namespaced",
  storage: () => storedAs(CoreEvent, coreConversions as never),
  fields: () => ({
    eventTime: microTime(2, { always: true, required: true }),
    series: ref(3, EventSeries, { ptr: true }),
    reportingController: string(4),
    reportingInstance: string(5),
    action: string(6),
    reason: string(7),
    regarding: ref(8, ObjectReference),
    related: ref(9, ObjectReference, { ptr: true }),
    note: string(10),
    type: string(11),
    deprecatedSource: ref(12, EventSource),
    deprecatedFirstTimestamp: time(13),
    deprecatedLastTimestamp: time(14),
    deprecatedCount: int32(15),
  }),
});
export interface Event extends InferKind<typeof Event> {}

/** The same event under the names of the other group. */
const coreConversions: Conversions<Event, CoreEvent> = {
  toHub({ series, eventTime, reportingController, regarding, note, ...event }) {
    const { deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...rest } = event;
    return {
      ...rest,
      involvedObject: regarding ?? {},
      message: note,
      source: deprecatedSource ?? {},
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      count: deprecatedCount,
      eventTime,
      series,
      reportingComponent: reportingController,
    } as never;
  },
  fromHub({ involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...event }) {
    // The other group always has who reports, this one only where it is said.
    const { reportingInstance, ...rest } = event;
    return {
      ...rest,
      ...(reportingInstance && { reportingInstance }),
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
      ...(reportingComponent && { reportingController: reportingComponent }),
    } as never;
  },
};
