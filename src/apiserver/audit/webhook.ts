import type { Clock } from "../../base/index.ts";
import { type Handler, makeRequest } from "../../net/index.ts";
import type { AuditSink } from "./auditor.ts";
import { API_VERSION, eventJson } from "./event.ts";

const TRIES_MAX = 5;
const BACKOFF_FACTOR = 1.5;

export interface AuditWebhook {
  /** The server, and the path at which it takes events. */
  readonly handle: Handler;
  readonly path: string;
  readonly clock: Clock;
  readonly initialBackoffMs: number;
}

/** Sends lists of events to a server, some times over when it doesn't take them. */
export function webhookSink({ handle, path, clock, initialBackoffMs }: AuditWebhook): AuditSink {
  return {
    async write(events) {
      const items = events.map(eventJson).join(",");
      const bytes = Buffer.from(`{"kind":"EventList","apiVersion":"${API_VERSION}","metadata":{},"items":[${items}]}`);
      const headers = { "content-type": "application/json", accept: "application/json" };
      let backoffMs = initialBackoffMs;
      for (let tries = 1; ; tries++) {
        try {
          const { status } = await handle(
            makeRequest({ method: "POST", path, headers, body: { type: "bytes", bytes } }),
          );
          if (status < 300) return;
          throw new Error(`send audit events: got status ${status}`);
        } catch (error) {
          if (tries === TRIES_MAX) throw error;
        }
        await clock.sleep(backoffMs);
        backoffMs *= BACKOFF_FACTOR;
      }
    },
  };
}
