import { api } from "./api.ts";
import type { Scenario } from "./harness/scenario.ts";
import { inProcess } from "./in-process.ts";
import { leases } from "./leases.ts";
import { limits } from "./limits.ts";
import { pods } from "./pods.ts";
import { scale } from "./scale.ts";
import { real } from "./real.ts";
import { scheduler } from "./scheduler.ts";
import { start } from "./start.ts";
import { store } from "./store.ts";

/** What `npm run bench` knows, in the order in which it runs. */
export const scenarios: readonly Scenario[] = [
  start,
  real,
  inProcess,
  store,
  api,
  pods,
  leases,
  scale,
  scheduler,
  limits,
];
