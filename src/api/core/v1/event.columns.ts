import { age, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Event } from "./event.ts";

export const eventColumns: readonly Column<Event>[] = [
  textColumn("Last Seen", lastSeen),
  textColumn("Type", ({ type }) => type ?? ""),
  textColumn("Reason", ({ reason }) => reason ?? ""),
  textColumn("Object", ({ involvedObject: { kind = "", name } }) =>
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
  ),
  wide(textColumn("Subobject", ({ involvedObject }) => involvedObject.fieldPath ?? "")),
  wide(textColumn("Source", sourceText)),
  textColumn("Message", ({ message }) => (message ?? "").trim()),
  wide(textColumn("First Seen", firstSeen)),
  wide(textColumn("Count", ({ series, count }) => (series ? (series.count ?? 0) : count || 1))),
  wide(nameColumn),
];

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return age(firstTimestamp ?? eventTime ?? undefined, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return age(event.series.lastObservedTime ?? undefined, now);
  return event.lastTimestamp ? age(event.lastTimestamp, now) : firstSeen(event, now);
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const host = source.host || reportingInstance;
  const component = source.component || reportingComponent || "";
  return host ? `${component}, ${host}` : component;
}
