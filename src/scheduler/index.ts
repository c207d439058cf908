/**
 * The scheduler: gives every pod without a node the best one, and can say why.
 * Speaks only to the API. Start at {@link startScheduler}; the decision itself is the pure `cycle.ts`, what it weighs
 * stands in `plugins/`, one file each, in the order of `plugins/all.ts`; `running.ts` feeds it and does what it says.
 */
export type { Decision, NodeRejection, NodeScore } from "./decision.ts";
export type { Explanation } from "./explain.ts";
export type { Plugin, Preparation, Rejection, Reservation, Snapshot } from "./framework.ts";
export { schedulerHandler } from "./handler.ts";
export type { NodeInfo } from "./node-info.ts";
export type { PluginFactory } from "./plugins/all.ts";
export type { SchedulerConfiguration } from "./profile.ts";
export type { Scheduler, SchedulerOptions } from "./contracts.ts";
export { startScheduler } from "./scheduler.ts";
export type { World } from "./world.ts";
