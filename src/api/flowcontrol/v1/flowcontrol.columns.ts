import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { FlowSchema } from "./flowschema.ts";
import type { PriorityLevelConfiguration } from "./prioritylevelconfiguration.ts";

const NONE = "<none>";

/** What flow schemas show: where they lead, in which order, and whether that is missing. */
export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  textColumn("PriorityLevel", ({ spec }) => spec.priorityLevelConfiguration.name),
  textColumn("MatchingPrecedence", ({ spec }) => spec.matchingPrecedence),
  textColumn("DistinguisherMethod", ({ spec }) => spec.distinguisherMethod?.type ?? NONE),
  ageColumn,
  textColumn("MissingPL", ({ status }) => status.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?"),
];

/** What priority levels show: their share, and how they queue. */
export const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  textColumn("Type", ({ spec }) => spec.type),
  textColumn("NominalConcurrencyShares", ({ spec }) => spec.limited?.nominalConcurrencyShares ?? NONE),
  textColumn("Queues", (level) => queuing(level)?.queues ?? NONE),
  textColumn("HandSize", (level) => queuing(level)?.handSize ?? NONE),
  textColumn("QueueLengthLimit", (level) => queuing(level)?.queueLengthLimit ?? NONE),
  ageColumn,
];

function queuing({ spec }: PriorityLevelConfiguration) {
  return spec.limited?.limitResponse.queuing;
}
