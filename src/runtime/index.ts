/**
 * What every controller-like component stands on: informers, work queues, reconcilers, leader election, events.
 * Knows no component. Start at {@link ComponentContext} and {@link Informer}.
 */
export type { ComponentContext } from "./context.ts";
export { type EventInput, type EventRecorder, eventRecorder, type EventSubject } from "./events.ts";
export {
  createInformer,
  createInformers,
  type Informer,
  type InformerFilter,
  type InformerHandler,
  type Informers,
} from "./informer.ts";
export { leaderElection, type LeaderElectionOptions, type LeaseOptions } from "./leader.ts";
export { createQueue, type QueueOptions, type WorkQueue } from "./queue.ts";
export { type ReconcilerOptions, runReconciler } from "./reconciler.ts";
