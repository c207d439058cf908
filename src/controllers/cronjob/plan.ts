import { type CronJob, type CronSchedule, CronError, type Job, nextCronTime, parseCron } from "../../api/index.ts";
import { formatTime, isTimeZone, parseTime, wallTime } from "../../base/index.ts";

export interface Observed {
  readonly owner: CronJob;
  /** Jobs that are the owner's. */
  readonly jobs: readonly Job[];
  readonly nowMs: number;
}

/** Something to say about the owner. */
export interface Note {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  readonly notes: readonly Note[];
  /** Finished jobs beyond what is kept, and those that make way for a new one. */
  readonly remove: readonly Job[];
  /** When the run that is due now was to begin. */
  readonly startMs: number | undefined;
  readonly status: CronJob["status"];
  readonly requeueAfterMs: number | undefined;
}

type Active = NonNullable<CronJob["status"]["active"]>[number];

const MISSED_MAX = 100;
/** A little after the moment, so that it has come when we look again. */
const AFTER_MS = 100;

/** What to do now for one CronJob, given everything observed about it. */
export function plan(observed: Observed): Plan {
  const surplus = surplusJobs(observed);
  const seen = lookAtJobs(observed, surplus);
  const { owner, nowMs } = observed;
  const idle = { ...seen, remove: surplus, startMs: undefined, requeueAfterMs: undefined };
  if (owner.metadata.deletionTimestamp || owner.spec.suspend) return idle;
  const schedule = readSchedule(owner);
  if ("reason" in schedule) return { ...idle, notes: [...seen.notes, schedule] };
  const due = dueTime(owner, schedule, nowMs);
  const requeueAfterMs = nextLookMs(owner, schedule, nowMs);
  const notes = [...seen.notes, ...(due?.missedMany ? [TOO_MANY] : [])];
  const waiting = { ...idle, notes, requeueAfterMs };
  if (!due) return waiting;
  const { active = [], lastScheduleTime } = seen.status;
  const deadline = owner.spec.startingDeadlineSeconds;
  if (deadline !== undefined && due.atMs + deadline * 1000 < nowMs)
    return { ...waiting, notes: [...notes, missed(due.atMs)] };
  const name = jobName(owner, due.atMs);
  if (active.some((job) => job.name === name) || (lastScheduleTime && parseTime(lastScheduleTime) === due.atMs))
    return waiting;
  if (active.length > 0 && owner.spec.concurrencyPolicy === "Forbid")
    return { ...waiting, notes: [...notes, FORBIDDEN] };
  const replaced = owner.spec.concurrencyPolicy === "Replace" ? runningJobs(observed, active) : [];
  return { ...waiting, remove: [...surplus, ...replaced], startMs: due.atMs };
}

const TOO_MANY: Note = {
  type: "Warning",
  reason: "TooManyMissedTimes",
  message: "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
};
const FORBIDDEN: Note = {
  type: "Normal",
  reason: "JobAlreadyActive",
  message: "Not starting job because prior execution is running and concurrency policy is Forbid",
};

function missed(atMs: number): Note {
  const when = new Date(atMs).toUTCString().replace("GMT", "+0000");
  return { type: "Warning", reason: "MissSchedule", message: `Missed scheduled time to start a job: ${when}` };
}

function runningJobs({ jobs }: Observed, active: readonly Active[]): readonly Job[] {
  const uids = new Set(active.map(({ uid }) => uid));
  return jobs.filter(({ metadata }) => uids.has(metadata.uid));
}

/** The condition that ended a job. */
function endOf({ status }: Job): "Complete" | "Failed" | undefined {
  const end = status.conditions?.find(
    ({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed"),
  );
  return end?.type as "Complete" | "Failed" | undefined;
}

/** Finished jobs, oldest first, beyond what the owner keeps. */
function surplusJobs({ owner, jobs }: Observed): readonly Job[] {
  const { failedJobsHistoryLimit, successfulJobsHistoryLimit } = owner.spec;
  const beyond = (end: string, limit: number | undefined): readonly Job[] => {
    if (limit === undefined) return [];
    const ended = jobs.filter((job) => endOf(job) === end).sort(byStart);
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [...beyond("Failed", failedJobsHistoryLimit), ...beyond("Complete", successfulJobsHistoryLimit)];
}

function byStart(a: Job, b: Job): number {
  const [left, right] = [a.status.startTime ?? "", b.status.startTime ?? ""];
  if (left !== right) return left === "" ? 1 : right === "" ? -1 : left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** The list of active jobs as it is now, and what changed. */
function lookAtJobs({ owner, jobs }: Observed, gone: readonly Job[]): { notes: Note[]; status: CronJob["status"] } {
  const notes: Note[] = [];
  const known = new Map(jobs.map((job) => [job.metadata.uid, job]));
  let active = (owner.status.active ?? []).filter(({ uid }) => !gone.some((job) => job.metadata.uid === uid));
  let { lastSuccessfulTime } = owner.status;
  for (const job of jobs) {
    const { uid, name } = job.metadata;
    const end = endOf(job);
    const listed = active.some((one) => one.uid === uid);
    if (!listed && !end) {
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      notes.push({ type: "Warning", reason: "UnexpectedJob", message });
    } else if (listed && end) {
      active = active.filter((one) => one.uid !== uid);
      const message = `Saw completed job: ${name}, condition: ${end}`;
      notes.push({ type: "Normal", reason: "SawCompletedJob", message });
    }
    const completed = end === "Complete" ? job.status.completionTime : undefined;
    if (completed && (!lastSuccessfulTime || parseTime(completed) > parseTime(lastSuccessfulTime)))
      lastSuccessfulTime = completed;
  }
  for (const { name } of active.filter(({ uid }) => !known.has(uid ?? "")))
    notes.push({ type: "Normal", reason: "MissingJob", message: `Active job went missing: ${name}` });
  active = active.filter(({ uid }) => known.has(uid ?? ""));
  const { active: _, ...rest } = owner.status;
  const status = { ...rest, ...(active.length > 0 && { active }), ...(lastSuccessfulTime && { lastSuccessfulTime }) };
  return { notes, status: status as CronJob["status"] };
}

interface Timetable {
  readonly schedule: CronSchedule;
  readonly zone: string | undefined;
}

function readSchedule({ spec: { schedule, timeZone } }: CronJob): Timetable | Note {
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
    return { type: "Warning", reason: "UnknownTimeZone", message };
  }
  try {
    return { schedule: parseCron(schedule), zone: timeZone };
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    const message = `unparseable schedule: "${schedule}" : ${error.message}`;
    return { type: "Warning", reason: "UnparseableSchedule", message };
  }
}

function next({ schedule, zone }: Timetable, afterMs: number): number {
  return nextCronTime(schedule, afterMs, zone) ?? Infinity;
}

interface Recent {
  /** From where missed runs count. */
  readonly sinceMs: number;
  /** The last run that should have begun by now. */
  readonly atMs: number | undefined;
  readonly missedMany: boolean;
  readonly missedAny: boolean;
}

function recentRun(table: Timetable, { nowMs, sinceMs }: { nowMs: number; sinceMs: number }): Recent {
  const first = next(table, sinceMs);
  if (nowMs < first) return { sinceMs, atMs: undefined, missedMany: false, missedAny: false };
  const second = next(table, first);
  if (nowMs < second) return { sinceMs, atMs: first, missedMany: false, missedAny: false };
  const stepMs = second - first;
  const missedCount = Math.floor((nowMs - first) / stepMs) + 1;
  let atMs: number | undefined;
  // Jumps over the many that were missed; the last few are stepped through, since steps may differ.
  for (let at = next(table, first + (missedCount - 2) * stepMs); at <= nowMs; at = next(table, at)) atMs = at;
  return { sinceMs, atMs, missedMany: missedCount > MISSED_MAX, missedAny: true };
}

function lastKnownMs({ metadata, status }: CronJob): number {
  return parseTime(status.lastScheduleTime ?? metadata.creationTimestamp);
}

/** The run that should begin now. */
function dueTime(owner: CronJob, table: Timetable, nowMs: number): { atMs: number; missedMany: boolean } | undefined {
  const deadline = owner.spec.startingDeadlineSeconds;
  const sinceMs = Math.max(lastKnownMs(owner), deadline === undefined ? 0 : nowMs - deadline * 1000);
  const { atMs, missedMany } = recentRun(table, { nowMs, sinceMs });
  return atMs === undefined ? undefined : { atMs, missedMany };
}

/** Milliseconds until the next run is due. */
function nextLookMs(owner: CronJob, table: Timetable, nowMs: number): number | undefined {
  const recent = recentRun(table, { nowMs, sinceMs: lastKnownMs(owner) });
  const fromMs = recent.atMs ?? (recent.missedAny ? nowMs : recent.sinceMs);
  const waitMs = next(table, fromMs) + AFTER_MS - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}

/** The same from the object alone, for one whose schedule just changed. */
export function nextLookOf(owner: CronJob, nowMs: number): number | undefined {
  const table = readSchedule(owner);
  return "reason" in table ? undefined : nextLookMs(owner, table, nowMs);
}

/** One name for each run, so that no run begins twice. */
export function jobName({ metadata }: CronJob, startMs: number): string {
  return `${metadata.name}-${Math.floor(startMs / 60_000)}`;
}

const MINUTE_MS = 60_000;

/** A time as its zone writes it. */
export function zonedTime(atMs: number, zone: string | undefined): string {
  if (zone === undefined) return formatTime(atMs);
  const { year, month, day, hour, minute } = wallTime(atMs, zone);
  const offset = Math.round(
    (Date.UTC(year, month - 1, day, hour, minute) - Math.floor(atMs / MINUTE_MS) * MINUTE_MS) / MINUTE_MS,
  );
  if (offset === 0) return formatTime(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const size = Math.abs(offset);
  const sign = offset < 0 ? "-" : "+";
  const local = formatTime(atMs + offset * MINUTE_MS).replace("Z", "");
  return `${local}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
