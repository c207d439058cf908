import type { Clock } from "../../base/index.ts";
import type { ApiRequest, UserInfo } from "../../net/message.ts";
import type { RequestInfo } from "../contracts.ts";
import { series } from "../introspection/metrics.ts";
import { AuditedRequest } from "./audited-request.ts";
import type { AuditEvent } from "./event.ts";
import { type AuditPolicy, rulingFor } from "./policy.ts";

/** Where events go. It resolves once they are where they belong; rejects when they can't be had there. */
export interface AuditSink {
  write(events: readonly AuditEvent[]): Promise<void>;
}

export interface AuditorOptions {
  readonly policy: AuditPolicy;
  readonly sinks: readonly AuditSink[];
  readonly clock: Clock;
  /** A sink failed; what was to be written there is lost. */
  readonly lost: (error: unknown) => void;
}

/** A request as it came, and who is known to have sent it. */
export interface Received {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  /** Undefined when the credentials are nobody's. */
  readonly user: UserInfo | undefined;
  readonly auditId: string;
}

/** Writes down who did what, as far as a policy wants it. */
export class Auditor {
  readonly #options: AuditorOptions;
  readonly #levels = new Map<string, number>();
  #events = 0;
  #rejected = 0;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** What is written of a request; undefined when nothing is. */
  audited(received: Received): AuditedRequest | undefined {
    const { policy, clock } = this.#options;
    const ruling = rulingFor(policy, received.info, received.user);
    this.#levels.set(ruling.level, (this.#levels.get(ruling.level) ?? 0) + 1);
    if (ruling.level === "None") return undefined;
    return new AuditedRequest({ ...received, ruling, clock, write: (event) => this.#write(event) });
  }

  async #write(event: AuditEvent): Promise<void> {
    this.#events++;
    const results = await Promise.allSettled(this.#options.sinks.map((sink) => sink.write([event])));
    for (const result of results) if (result.status === "rejected") this.#failed(event, result.reason);
  }

  #failed(event: AuditEvent, error: unknown): void {
    const isStrict = error instanceof AuditFailure && error.isStrict;
    this.#options.lost(error);
    if (!isStrict || event.stage !== "RequestReceived") return;
    this.#rejected++;
    throw error;
  }

  /** Lines for /metrics. */
  metrics(): string[] {
    return [
      ...series("apiserver_audit_event_total", "counter", [["", this.#events]]),
      ...series(
        "apiserver_audit_level_total",
        "counter",
        [...this.#levels].map(([level, count]) => [`level="${level}"`, count]),
      ),
      ...series("apiserver_audit_requests_rejected_total", "counter", [["", this.#rejected]]),
    ];
  }
}

/** An event could not be written; where that is strict, the request it is of is not to be answered. */
export class AuditFailure extends Error {
  override readonly name = "AuditFailure";
  readonly isStrict: boolean;

  constructor(isStrict: boolean, options: ErrorOptions) {
    super("write audit event", options);
    this.isStrict = isStrict;
  }
}
