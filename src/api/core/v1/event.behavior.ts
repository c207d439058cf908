import type { KindBehavior } from "../../kind.ts";
import type { Event } from "./event.ts";
import { validateCoreEvent } from "./event.validate.ts";

/** The parts of a reference that events can be selected by. */
const PARTS = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

/** Selectors of the parts of a reference below `field`. */
export function referenceSelectors<T>(field: keyof T & string): Record<string, (object: T) => string> {
  type Reference = Partial<Record<(typeof PARTS)[number], string>> | undefined;
  return Object.fromEntries(
    PARTS.map((part) => [`${field}.${part}`, (object) => (object[field] as Reference)?.[part] ?? ""]),
  );
}

export const eventBehavior: KindBehavior<Event> = {
  nameRule: "pathSegment",
  validate: validateCoreEvent,
  validateUpdate: validateCoreEvent,
  selectableFields: {
    ...referenceSelectors<Event>("involvedObject"),
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source?.component || reportingComponent,
    type: ({ type }) => type ?? "",
  },
};
