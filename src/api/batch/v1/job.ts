import { int32, list, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { JobSpec } from "./jobspec.ts";

export const JobStatus = struct("io.k8s.api.batch.v1.JobStatus", () => ({
  conditions: list(1, JobCondition, { list: "atomic", patch: ["merge"], mergeKey: "type" }),
  startTime: time(2, { ptr: true }),
  completionTime: time(3, { ptr: true }),
  active: int32(4),
  succeeded: int32(5),
  failed: int32(6),
  terminating: int32(11, { ptr: true }),
  completedIndexes: string(7),
  failedIndexes: string(10, { ptr: true }),
  uncountedTerminatedPods: ref(8, UncountedTerminatedPods, { ptr: true }),
  ready: int32(9, { ptr: true }),
}));
export interface JobStatus extends Infer<typeof JobStatus> {}

export const UncountedTerminatedPods = struct("io.k8s.api.batch.v1.UncountedTerminatedPods", () => ({
  succeeded: list(1, scalar.string, { list: "set" }),
  failed: list(2, scalar.string, { list: "set" }),
}));
export interface UncountedTerminatedPods extends Infer<typeof UncountedTerminatedPods> {}

export const JobCondition = struct("io.k8s.api.batch.v1.JobCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}));
export interface JobCondition extends Infer<typeof JobCondition> {}

export const Job = kind({
  name: "io.k8s.api.batch.v1.Job",
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  categories: ["all"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, JobSpec),
    status: ref(3, JobStatus),
  }),
});
export interface Job extends InferKind<typeof Job> {}
