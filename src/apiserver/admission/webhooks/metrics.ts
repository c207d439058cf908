import type { Clock } from "../../../base/index.ts";
import { StatusError } from "../../../api/index.ts";
import { type Durations, histogram, noDurations, observe, series } from "../../introspection/metrics.ts";
import { CallError } from "./caller.ts";

/** Upper bounds of buckets, in seconds. */
const CALL_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];
const CONDITION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
/** Codes that are no HTTP status are told as one. */
const CODE_MAX = 600;
/** Names come from users: of more sorts of calls nothing more is told. */
const SERIES_MAX = 10_000;

/** A webhook, and what it was to look at. */
export interface Looked {
  readonly name: string;
  readonly isMutating: boolean;
  readonly operation: string;
}

/** How a call of a webhook ended. */
interface Outcome {
  readonly startedMs: number;
  /** Absent when it had nothing against the request. */
  readonly error?: unknown;
  /** That it couldn't be asked keeps nobody from anything. */
  readonly isIgnored: boolean;
}

interface Conditions {
  readonly startedMs: number;
  readonly errors: number;
  /** The webhook isn't asked. */
  readonly isExcluded: boolean;
}

/** How often webhooks were asked, how long that took, and what came of it. */
export class WebhookMetrics {
  readonly #clock: Clock;
  readonly #calls = new Map<string, number>();
  readonly #callDurations = new Map<string, Durations>();
  readonly #rejections = new Map<string, number>();
  readonly #failedOpen = new Map<string, number>();
  readonly #conditionDurations = new Map<string, Durations>();
  readonly #conditionErrors = new Map<string, number>();
  readonly #exclusions = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.monotonicMs();
  }

  called({ name, isMutating, operation }: Looked, { startedMs, error, isIgnored }: Outcome): void {
    const type = isMutating ? "admit" : "validating";
    const isOpen = error instanceof CallError && isIgnored;
    const code = Math.min(error === undefined ? 200 : codeOf(error), CODE_MAX);
    const labels = `name="${name}",operation="${operation}",rejected="${error !== undefined && !isOpen}",type="${type}"`;
    last(this.#callDurations, labels, { seconds: this.#secondsSince(startedMs), bounds: CALL_BUCKETS });
    count(this.#calls, `code="${code}",${labels}`);
    if (isOpen) count(this.#failedOpen, `name="${name}",type="${type}"`);
    else if (error !== undefined)
      count(
        this.#rejections,
        `error_type="${errorType(error)}",name="${name}",operation="${operation}",rejection_code="${code}",type="${type}"`,
      );
  }

  /** Its conditions were looked at, and not all were true; `errors`: how many of them had no value. */
  conditionsFailed({ name, isMutating, operation }: Looked, { startedMs, errors, isExcluded }: Conditions): void {
    const labels = (validating: string) =>
      `kind="webhook",name="${name}",operation="${operation}",type="${isMutating ? "admit" : validating}"`;
    const seconds = this.#secondsSince(startedMs);
    last(this.#conditionDurations, labels("validating"), { seconds, bounds: CONDITION_BUCKETS });
    for (let each = 0; each < errors; each++) count(this.#conditionErrors, labels("validating"));
    if (isExcluded) count(this.#exclusions, labels("validate"));
  }

  #secondsSince(startedMs: number): number {
    return (this.now() - startedMs) / 1000;
  }

  lines(): string[] {
    const condition = "apiserver_admission_match_condition";
    const webhook = "apiserver_admission_webhook";
    return [
      ...series(`${condition}_evaluation_errors_total`, "counter", this.#conditionErrors),
      ...histogram(`${condition}_evaluation_seconds`, this.#conditionDurations),
      ...series(`${condition}_exclusions_total`, "counter", this.#exclusions),
      ...histogram(`${webhook}_admission_duration_seconds`, this.#callDurations),
      ...series(`${webhook}_fail_open_count`, "counter", this.#failedOpen),
      ...series(`${webhook}_rejection_count`, "counter", this.#rejections),
      ...series(`${webhook}_request_total`, "counter", this.#calls),
    ];
  }
}

function codeOf(error: unknown): number {
  if (error instanceof CallError) return error.code;
  return isRefusal(error) ? error.code : 0;
}

function errorType(error: unknown): string {
  if (error instanceof CallError) return "calling_webhook_error";
  return isRefusal(error) ? "no_error" : "apiserver_internal_error";
}

/** Whether a webhook has said no; what else goes wrong is the server's fault. */
const isRefusal = (error: unknown): error is StatusError => error instanceof Rejection;

/** A webhook is against a request. */
export class Rejection extends StatusError {}

function count(counts: Map<string, number>, labels: string): void {
  const known = counts.get(labels);
  if (known === undefined && counts.size >= SERIES_MAX) return;
  counts.set(labels, (known ?? 0) + 1);
}

function last(
  all: Map<string, Durations>,
  labels: string,
  { seconds, bounds }: { readonly seconds: number; readonly bounds: readonly number[] },
): void {
  const known = all.get(labels);
  if (!known && all.size >= SERIES_MAX) return;
  const durations = known ?? noDurations(bounds);
  observe(durations, seconds);
  all.set(labels, durations);
}
