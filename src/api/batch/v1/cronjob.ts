import { boolean, int32, int64, list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { JobSpec } from "./jobspec.ts";
import { ObjectReference } from "../../core/v1/references.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const CronJobStatus = struct("io.k8s.api.batch.v1.CronJobStatus", () => ({
  active: list(1, ObjectReference, { list: "atomic" }),
  lastScheduleTime: time(4, { ptr: true }),
  lastSuccessfulTime: time(5, { ptr: true }),
}));
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJobSpec = struct("io.k8s.api.batch.v1.CronJobSpec", () => ({
  schedule: string(1, { always: true, required: true, rules: ["required"] }),
  timeZone: string(8, { ptr: true }),
  startingDeadlineSeconds: int64(2, { ptr: true }),
  concurrencyPolicy: string(3, { enum: ["Allow", "Forbid", "Replace"] }),
  suspend: boolean(4, { ptr: true }),
  jobTemplate: ref(5, JobTemplateSpec, { required: true }),
  successfulJobsHistoryLimit: int32(6, { ptr: true }),
  failedJobsHistoryLimit: int32(7, { ptr: true }),
}));
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const JobTemplateSpec = struct("io.k8s.api.batch.v1.JobTemplateSpec", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, JobSpec),
}));
export interface JobTemplateSpec extends Infer<typeof JobTemplateSpec> {}

export const CronJob = kind({
  name: "io.k8s.api.batch.v1.CronJob",
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  shortNames: ["cj"],
  categories: ["all"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, CronJobSpec, { required: true }),
    status: ref(3, CronJobStatus),
  }),
});
export interface CronJob extends InferKind<typeof CronJob> {}
