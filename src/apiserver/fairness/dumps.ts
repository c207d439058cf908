import type { SubresourceHandler } from "../contracts.ts";
import { respondBytes } from "../http/respond.ts";
import type { FairnessSnapshot, PresentRequest } from "./fairness.ts";
import { EXPECTED_MS, type Level, type Queue } from "./queues.ts";

type Row = readonly (string | number | boolean)[];

const BELOW = "/debug/api_priority_and_fairness/";

/** Paths that show who waits and who runs: a line for each level, queue or request. */
export function dumpHandlers(snapshot: () => FairnessSnapshot): ReadonlyMap<string, SubresourceHandler> {
  const dump = (rows: (now: FairnessSnapshot, query: URLSearchParams) => readonly Row[]): SubresourceHandler => {
    return async ({ query }) => {
      const text = aligned(rows(snapshot(), query));
      return respondBytes(200, new TextEncoder().encode(text), "text/plain; charset=utf-8");
    };
  };
  return new Map([
    [`${BELOW}dump_priority_levels`, dump(levelRows)],
    [`${BELOW}dump_queues`, dump(queueRows)],
    [`${BELOW}dump_requests`, dump((now, query) => requestRows(now, Boolean(query.get("includeRequestDetails"))))],
  ]);
}

const LEVEL_COLUMNS = [
  ...["PriorityLevelName", "ActiveQueues", "IsIdle", "IsQuiescing", "WaitingRequests", "ExecutingRequests"],
  ...["DispatchedRequests", "RejectedRequests", "TimedoutRequests", "CancelledRequests"],
];

function levelRows({ levels }: FairnessSnapshot): readonly Row[] {
  const rows = levels.map(({ level, figures }) => {
    const active = [...level.queues.values()].filter(({ tickets }) => tickets.length > 0).length;
    const isIdle = level.waiting === 0 && level.running === 0;
    const { dispatched, rejected, timedOut, cancelled } = figures;
    const now = [active, isIdle, level.isGone, level.waiting, level.running];
    return [level.limits.name, ...now, dispatched, rejected, timedOut, cancelled];
  });
  return [LEVEL_COLUMNS, ...rows];
}

const QUEUE_COLUMNS = [
  ...["PriorityLevelName", "Index", "PendingRequests", "ExecutingRequests", "SeatsInUse"],
  ...["NextDispatchR", "InitialSeatsSum", "MaxSeatsSum", "TotalWorkSum"],
];

function queueRows({ levels, requests }: FairnessSnapshot): readonly Row[] {
  const running = Map.groupBy(
    requests.filter(({ ticket }) => ticket.state === "running"),
    ({ ticket }) => ticket.queue,
  );
  const rows = levels.flatMap(({ level }) =>
    indexesOf(level).map((index) => {
      const queue = level.queues.get(index);
      const executing = (queue && running.get(queue)) ?? [];
      const seats = executing.reduce((sum, { ticket }) => sum + ticket.seats, 0);
      return [level.limits.name, index, queue?.tickets.length ?? 0, executing.length, seats, ...workOf(queue)];
    }),
  );
  return [QUEUE_COLUMNS, ...rows];
}

/** Those that a level may use now, and those that somebody still waits in. */
function indexesOf({ limits, queues }: Level): readonly number[] {
  const all = new Set([...Array(limits.queuing?.queues ?? 0).keys(), ...queues.keys()]);
  return [...all].sort((a, b) => a - b);
}

function workOf(queue: Queue | undefined): Row {
  const { waitingSeats = 0, virtualStart = 0 } = queue ?? {};
  return [seatSeconds(virtualStart), waitingSeats, waitingSeats, seatSeconds(waitingSeats * EXPECTED_MS)];
}

const seatSeconds = (seatMs: number) => `${(seatMs / 1000).toFixed(8)}ss`;

const REQUEST_COLUMNS = [
  ...["PriorityLevelName", "FlowSchemaName", "QueueIndex", "RequestIndexInQueue", "FlowDistingsher", "ArriveTime"],
  ...["InitialSeats", "FinalSeats", "AdditionalLatency", "StartTime"],
];
const DETAIL_COLUMNS = ["UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource"];
/** The index of a request that is in no queue. */
const NOWHERE = -1;
/** What stands for the time at which something begins that hasn't begun. */
const NEVER = "0001-01-01T00:00:00Z";

function requestRows({ levels, requests }: FairnessSnapshot, withDetails: boolean): readonly Row[] {
  const byLevel = Map.groupBy(requests, ({ ticket }) => ticket.level);
  const rows = levels.flatMap(({ level }) =>
    (byLevel.get(level.limits.name) ?? []).map((request) => [
      ...requestRow(level, request),
      ...(withDetails ? detailsOf(request) : []),
    ]),
  );
  return [withDetails ? [...REQUEST_COLUMNS, ...DETAIL_COLUMNS] : REQUEST_COLUMNS, ...rows];
}

function requestRow(level: Level, { ticket, schema, distinguisher, arrivedMs, startedMs }: PresentRequest): Row {
  const at = [...level.queues].find(([, queue]) => queue === ticket.queue);
  const indexes = [at?.[0] ?? NOWHERE, at?.[1].tickets.indexOf(ticket) ?? NOWHERE];
  const began = startedMs === undefined ? NEVER : timeText(startedMs);
  return [ticket.level, schema, ...indexes, distinguisher, timeText(arrivedMs), ticket.seats, 0, "0s", began];
}

const timeText = (ms: number) => new Date(ms).toISOString();

function detailsOf({ info, user }: PresentRequest): Row {
  const { verb, path, namespace, name, group, version, resource, subresource } = info;
  return [user.name, verb, path, namespace, name, group ? `${group}/${version}` : version, resource, subresource];
}

const WIDTH_MIN = 8;

/** Columns one below the other, with a comma after each but the last. */
export function aligned(rows: readonly Row[]): string {
  const lines = rows.map((row) => row.map((cell, column) => `${cell}${column < row.length - 1 ? "," : ""}`));
  const widths = lines[0]!.map((_, column) => Math.max(WIDTH_MIN, ...lines.map((line) => line[column]!.length + 1)));
  const text = (line: readonly string[]) =>
    line.map((cell, column) => (column < line.length - 1 ? cell.padEnd(widths[column]!) : cell)).join("");
  return lines.map((line) => `${text(line)}\n`).join("");
}
