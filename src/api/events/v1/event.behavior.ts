import { aboutSelectors } from "../../core/v1/event.behavior.ts";
import { validateChangedEvent, validateNewEvent } from "../../core/v1/event.validate.ts";
import type { Event as CoreEvent } from "../../core/v1/event.ts";
import type { KindBehavior } from "../../kind.ts";

/** Its functions see events in the form in which they are stored. */
export const eventBehavior: KindBehavior<CoreEvent> = {
  metadataLooks: "placed",
  validateStored: (event, old, metadata) =>
    old
      ? validateChangedEvent(event as CoreEvent, old as CoreEvent, metadata)
      : validateNewEvent(event as CoreEvent, metadata),
  // Selectors look at the stored form.
  selectableFields: {
    ...aboutSelectors("regarding"),
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingComponent }) => reportingComponent,
    type: ({ type }) => type ?? "",
  },
};
