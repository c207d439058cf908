import { aboutSelectors } from "../../core/v1/event.behavior.ts";
import { validateChangedEvent, validateNewEvent } from "../../core/v1/event.validate.ts";
import type { Event as CoreEvent } from "../../core/v1/event.ts";
import type { KindBehavior } from "../../kind.ts";
import type { Conversions } from "../../storage.ts";
import type { Event } from "./event.ts";

/** Its functions see events in the form in which they are stored. */
export const eventBehavior: KindBehavior<CoreEvent> = {
  validateStored: (event, old) =>
    old ? validateChangedEvent(event as CoreEvent, old as CoreEvent) : validateNewEvent(event as CoreEvent),
  // Selectors look at the stored form.
  selectableFields: {
    ...aboutSelectors("regarding"),
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingComponent }) => reportingComponent,
    type: ({ type }) => type ?? "",
  },
};

/** The same event under the names of the other group. */
export const coreConversions: Conversions<Event, CoreEvent> = {
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
    return {
      ...event,
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
      reportingController: reportingComponent,
    } as never;
  },
};
