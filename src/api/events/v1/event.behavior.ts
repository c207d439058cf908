import { referenceSelectors } from "../../core/v1/event.behavior.ts";
import type { KindBehavior } from "../../kind.ts";
import type { Event } from "./event.ts";

export const eventBehavior: KindBehavior<Event> = {
  selectableFields: {
    ...referenceSelectors<Event>("regarding"),
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingController }) => reportingController ?? "",
    type: ({ type }) => type ?? "",
  },
};
