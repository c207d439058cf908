import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, MetadataProblems } from "../../kind.ts";
import { IMMUTABLE, invalidValue, problemsAt, qualifiedNameProblems, required } from "../../validation/index.ts";
import type { Event } from "./event.ts";

const TEXT_MAX = 128;
const MESSAGE_MAX = 1024;
const TYPES = ["Normal", "Warning"];
const EVERYWHERE = ["default", "kube-system"];

/** What is asked of events of the core group. */
export function validateCoreEvent(event: Event): FieldError[] {
  return validateEvent(event, "reportingComponent");
}

/** What is asked of new events of their own group: more, since they are newer. */
export function validateNewEvent(event: Event, metadata: MetadataProblems): FieldError[] {
  const { type = "", firstTimestamp, lastTimestamp, count, source } = event;
  const unset = (field: string, given: unknown) => (given ? [invalidValue(field, "", "needs to be unset")] : []);
  return [
    ...validateEvent(event, "reportingController"),
    ...metadata.whole,
    ...validateSeries(event),
    ...(event.eventTime ? [] : [required("eventTime")]),
    ...(TYPES.includes(type) ? [] : [invalidValue("type", "", `has invalid value: ${type}`)]),
    ...unset("firstTimestamp", firstTimestamp),
    ...unset("lastTimestamp", lastTimestamp),
    ...unset("count", count),
    ...unset("source", source.component || source.host),
  ];
}

/** What of an event may change in its own group: how often it was seen. */
export function validateChangedEvent(event: Event, old: Event, metadata: MetadataProblems): FieldError[] {
  return [
    ...validateEvent(event, "reportingController"),
    ...metadata.change,
    ...validateSeries(event),
    ...FIXED.filter((field) => !jsonEqual(event[field] ?? "", old[field] ?? "")).map((field) =>
      invalidValue(OWN_NAMES[field] ?? field, shown(event, field), IMMUTABLE),
    ),
  ];
}

/** The reason is looked at twice in the original, which tells of it twice. */
const FIXED = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "reason",
  "type",
  "eventTime",
  "action",
  "related",
  "reportingComponent",
  "reportingInstance",
] as const;
const OWN_NAMES: Readonly<Partial<Record<(typeof FIXED)[number], string>>> = {
  reportingComponent: "reportingController",
};

const TIMES: ReadonlySet<string> = new Set(["firstTimestamp", "lastTimestamp", "eventTime"]);

/** A value as messages show it. */
function shown(event: Event, field: (typeof FIXED)[number]): unknown {
  const value = event[field];
  if (field === "source") return { Component: event.source.component ?? "", Host: event.source.host ?? "" };
  if (field !== "involvedObject" && field !== "related")
    return value ?? (field === "count" ? 0 : TIMES.has(field) ? null : "");
  const { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath } = event[field] ?? {};
  const parts = {
    Kind: kind,
    Namespace: namespace,
    Name: name,
    UID: uid,
    APIVersion: apiVersion,
    ResourceVersion: resourceVersion,
    FieldPath: fieldPath,
  };
  return event[field] ? Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, part ?? ""])) : null;
}

function validateEvent(event: Event, reporter: "reportingComponent" | "reportingController"): FieldError[] {
  const {
    eventTime,
    involvedObject,
    reportingComponent,
    reportingInstance,
    action = "",
    reason = "",
    message = "",
  } = event;
  const { namespace } = event.metadata;
  const about = involvedObject.namespace ?? "";
  const mismatch = [invalidValue("involvedObject.namespace", about, "does not match event.namespace")];
  // Only events of the newer form have this time; the older ones are asked less.
  if (!eventTime) return about === namespace || (about === "" && namespace === "default") ? [] : mismatch;
  const text = (field: string, value: string) => [
    ...(value === "" ? [required(field)] : []),
    ...(value.length > TEXT_MAX ? [invalidValue(field, "", `can have at most ${TEXT_MAX} characters`)] : []),
  ];
  return [
    ...(about === "" && !EVERYWHERE.includes(namespace) ? mismatch : []),
    ...(reportingComponent === "" ? [required(reporter)] : []),
    ...problemsAt(reporter, reportingComponent, qualifiedNameProblems(reportingComponent ?? "")),
    ...text("reportingInstance", reportingInstance ?? ""),
    ...text("action", action),
    ...text("reason", reason),
    ...(message.length > MESSAGE_MAX
      ? [invalidValue("message", "", `can have at most ${MESSAGE_MAX} characters`)]
      : []),
  ];
}

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalidValue("series.count", "", "should be at least 2")] : []),
    ...(series.lastObservedTime ? [] : [required("series.lastObservedTime")]),
  ];
}
