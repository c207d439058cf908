import { type Clock, type Timer, own } from "../../../base/index.ts";
import type { ContainerStatus, StringMap } from "../types.ts";
import type { Behaviour } from "./script.ts";

/** How a process that a signal ended is reported. */
const KILLED_BY_TERM = 143;
export const KILLED_BY_KILL = 137;

/** Everything about a simulated container; plain data, so that a runtime can be copied. */
export interface ContainerRecord {
  status: ContainerStatus;
  readonly sandboxId: string;
  readonly behaviour: Behaviour;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Absolute path of its log; "" for none. */
  readonly logFile: string;
  /** Index of the next operation. */
  position: number;
  /** When the program goes on; undefined while it waits or has ended. */
  wakeAtMs: number | undefined;
  /** Set by SIGTERM: when it ends because of that. */
  endsAtMs: number | undefined;
}

/** What a running container does to the world around it. */
export interface ContainerEffects {
  log(record: ContainerRecord, stream: "stdout" | "stderr", text: string): void;
  exited(record: ContainerRecord): void;
}

/** Runs the records' programs on the clock. */
export class ContainerEngine {
  readonly #clock: Clock;
  readonly #effects: ContainerEffects;
  readonly #timers = new Map<string, Timer>();
  readonly #waiters = new Map<string, Array<() => void>>();

  constructor(clock: Clock, effects: ContainerEffects) {
    this.#clock = clock;
    this.#effects = effects;
  }

  start(record: ContainerRecord): void {
    record.status = { ...record.status, state: "Running", startedAtMs: this.#clock.now() };
    record.position = 0;
    this.#run(record);
  }

  /** Picks a record of a copied runtime up where it was. */
  resume(record: ContainerRecord): void {
    if (record.status.state === "Running") this.#arm(record);
  }

  /** SIGTERM; the record ends after its script's time. */
  terminate(record: ContainerRecord): void {
    if (record.status.state !== "Running") return;
    const { stopMs = 0 } = record.behaviour.script;
    if (stopMs === null) return;
    if (stopMs === 0) {
      this.exit(record, KILLED_BY_TERM);
      return;
    }
    record.endsAtMs ??= this.#clock.now() + stopMs;
    this.#arm(record);
  }

  exit(record: ContainerRecord, exitCode: number): void {
    if (record.status.state === "Exited") return;
    this.#timers.get(record.status.id)?.cancel();
    this.#timers.delete(record.status.id);
    record.wakeAtMs = undefined;
    record.status = {
      ...record.status,
      state: "Exited",
      finishedAtMs: this.#clock.now(),
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
    };
    this.#effects.exited(record);
    for (const wake of this.#waiters.get(record.status.id) ?? []) wake();
    this.#waiters.delete(record.status.id);
  }

  /** Resolves when the record has ended or the time is over. */
  async waitForExit(record: ContainerRecord, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (record.status.state !== "Running") return;
    signal.throwIfAborted();
    const timeout = new AbortController();
    const stop = () => timeout.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const exited = new Promise<void>((resolve) => {
      const waiters = this.#waiters.get(record.status.id) ?? [];
      this.#waiters.set(record.status.id, [...waiters, resolve]);
    });
    const late = this.#clock.sleep(timeoutMs, timeout.signal).catch(() => {});
    await Promise.race([exited, late]);
    signal.removeEventListener("abort", stop);
    timeout.abort();
    signal.throwIfAborted();
  }

  stopTimers(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #run(record: ContainerRecord): void {
    const { program } = record.behaviour;
    for (;;) {
      const operation = program[record.position];
      if (!operation) {
        this.exit(record, 0);
        return;
      }
      record.position++;
      switch (operation.op) {
        case "log":
          this.#effects.log(record, operation.stream, operation.text);
          break;
        case "exit":
          this.exit(record, operation.code);
          return;
        case "jump":
          record.position = operation.to;
          break;
        case "wait":
          record.position--;
          return;
        case "sleep":
          record.wakeAtMs = this.#clock.now() + operation.ms;
          this.#arm(record);
          return;
        default:
          operation satisfies never;
      }
    }
  }

  #arm(record: ContainerRecord): void {
    const { id } = record.status;
    this.#timers.get(id)?.cancel();
    const atMs = Math.min(record.wakeAtMs ?? Number.POSITIVE_INFINITY, record.endsAtMs ?? Number.POSITIVE_INFINITY);
    if (atMs === Number.POSITIVE_INFINITY) return;
    const timer = this.#clock.timer(atMs - this.#clock.now(), () => this.#wake(record));
    this.#timers.set(id, timer);
  }

  #wake(record: ContainerRecord): void {
    this.#timers.delete(record.status.id);
    if (record.status.state !== "Running") return;
    if (record.endsAtMs !== undefined && this.#clock.now() >= record.endsAtMs) {
      this.exit(record, KILLED_BY_TERM);
      return;
    }
    record.wakeAtMs = undefined;
    this.#run(record);
  }
}

/** The status as the runtime knows it by now: that an end came of a want of memory it may hear only after the end. */
export function knownStatus({ status, behaviour }: ContainerRecord, nowMs: number): ContainerStatus {
  const { outOfMemoryAfterMs = Number.POSITIVE_INFINITY } = behaviour.script;
  const isKilled = status.state === "Exited" && status.exitCode === KILLED_BY_KILL;
  return isKilled && nowMs >= status.finishedAtMs + outOfMemoryAfterMs ? { ...status, reason: "OOMKilled" } : status;
}

/** Whether the record's ports answer now. */
export function isServing(record: ContainerRecord, nowMs: number): boolean {
  if (record.status.state !== "Running") return false;
  const { readyAfterMs = 0, unhealthyAfterMs = Number.POSITIVE_INFINITY } = record.behaviour.script;
  const ageMs = nowMs - record.status.startedAtMs;
  return ageMs >= readyAfterMs && ageMs < unhealthyAfterMs;
}

/** Whether a port is the record's own: by its script, or else by what its pod declares. */
export function hasPort({ behaviour, status }: ContainerRecord, port: number): boolean {
  const { ports } = behaviour.script;
  if (ports) return ports.includes(port);
  const declared = status.annotations["io.kubernetes.container.ports"];
  if (declared === undefined) return false;
  return (JSON.parse(declared) as { containerPort: number }[]).some(({ containerPort }) => containerPort === port);
}

/** Whether all of `wanted` is in `labels`. */
export function hasLabels(labels: StringMap, wanted: StringMap | undefined): boolean {
  for (const key in wanted) if (own(labels, key) !== wanted[key]) return false;
  return true;
}
