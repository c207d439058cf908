import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { CronJob, CronJobStatus, CronJobSpec, JobTemplateSpec } from "./cronjob.ts";

export const cronjobDocs: readonly StructDoc[] = [
  ...kindDocs(CronJob, "Starts jobs by a schedule.", {
    spec: "The schedule, and the job to start.",
    status: "Jobs that run, and when they last started.",
  }),
  doc(CronJobStatus, "What a cron job has started.", {
    active: "Jobs that run now.",
    lastScheduleTime: "Time of the schedule for which a job was last started.",
    lastSuccessfulTime: "When a job last ended well.",
  }),
  doc(CronJobSpec, "When jobs start, and what they do.", {
    schedule: 'Times in cron\'s five fields, such as "*/5 * * * *", or @hourly, @daily and the like.',
    timeZone: "Time zone of the schedule, such as Europe/Zurich; default that of the controller manager.",
    startingDeadlineSeconds: "Seconds that a job may start late; later than that it is skipped. Default no deadline.",
    concurrencyPolicy:
      "What happens while the last job still runs: Allow (default), Forbid skips the new one, Replace ends the old one.",
    suspend: "Starts no more jobs while it is true; those that run go on.",
    jobTemplate: "What the jobs are made from.",
    successfulJobsHistoryLimit: "Jobs that ended well to keep; default 3.",
    failedJobsHistoryLimit: "Jobs that failed to keep; default 1.",
  }),
  doc(JobTemplateSpec, "What jobs are made from.", {
    metadata: "Labels and annotations of the jobs.",
    spec: "What the jobs do.",
  }),
];
