import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import { Job, JobStatus, UncountedTerminatedPods, JobCondition } from "./job.ts";

export const jobDocs: readonly StructDoc[] = [
  ...kindDocs(Job, "Runs pods until enough of them have succeeded.", {
    spec: "What runs, how often, and what failures do.",
    status: "How far the job is.",
  }),
  doc(JobStatus, "How far a job is.", {
    conditions: "Aspects of the job's state; Complete or Failed is True once it has ended.",
    startTime: "When the job was first taken up; begins anew after a suspension.",
    completionTime: "When the job ended well.",
    active: "Pods that run or wait, without those being deleted.",
    succeeded: "Pods that succeeded.",
    failed: "Pods that failed.",
    terminating: "Pods that are being deleted.",
    completedIndexes: "Indexes that succeeded, such as 1,3-5; only with completionMode Indexed.",
    failedIndexes: "Indexes that failed for good, such as 1,3-5; only with backoffLimitPerIndex.",
    uncountedTerminatedPods: "Pods that have ended and aren't in the counts yet; used by the controller.",
    ready: "Pods that are ready.",
  }),
  doc(UncountedTerminatedPods, "Pods that have ended and aren't counted yet, by UID.", {
    succeeded: "Pods that succeeded.",
    failed: "Pods that failed.",
  }),
  doc(JobCondition, "One aspect of a job's state.", {
    ...CONDITION,
    type: "Which aspect it is: Complete, Failed, Suspended, SuccessCriteriaMet or FailureTarget.",
    lastProbeTime: "When the condition was last looked at.",
  }),
];
