import type { Refusal } from "./queues.ts";

/** A request that gets no turn now; it may be tried again later. */
export class TurnedAway extends Error {
  override readonly name = "TurnedAway";
  readonly reason: Refusal | "time-out" | "cancelled";

  constructor(reason: TurnedAway["reason"]) {
    super(`take request: turned away (${reason})`);
    this.reason = reason;
  }
}
