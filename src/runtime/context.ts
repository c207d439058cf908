import type { Clock, Log, Random, Scope } from "../base/index.ts";
import type { Client } from "../client/index.ts";

/** Everything a component is given; it reaches for nothing else. It runs until the scope closes. */
export interface ComponentContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
}
