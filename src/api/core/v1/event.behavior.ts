import type { KindBehavior } from "../../kind.ts";
import type { Event } from "./event.ts";
import { validateCoreEvent } from "./event.validate.ts";

/** The parts of a reference that events can be selected by. */
const PARTS = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

/** Selectors of the parts of what an event is about, under the name that a version gives it. */
export function aboutSelectors(name: string): Record<string, (event: Event) => string> {
  return Object.fromEntries(
    PARTS.map((part) => [`${name}.${part}`, ({ involvedObject }) => involvedObject[part] ?? ""]),
  );
}

export const eventBehavior: KindBehavior<Event> = {
  defaultPropagation: "none",
  metadataLooks: [],
  metadataLate: "all",
  looseFinalizers: true,
  nameRule: "pathSegment",
  validate: validateCoreEvent,
  validateUpdate: validateCoreEvent,
  selectableFields: {
    ...aboutSelectors("involvedObject"),
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source?.component || reportingComponent,
    type: ({ type }) => type ?? "",
  },
};
