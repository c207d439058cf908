import { doc, type StructDoc } from "../../doc.ts";
import {
  JobSpec,
  SuccessPolicy,
  SuccessPolicyRule,
  PodFailurePolicy,
  PodFailurePolicyRule,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyOnExitCodesRequirement,
} from "./jobspec.ts";

export const jobspecDocs: readonly StructDoc[] = [
  doc(JobSpec, "What a job runs, how often, and what failures do.", {
    parallelism: "Pods that may run at once; default 1, and 0 stops the job.",
    completions:
      "Pods that must succeed; absent, one success is enough and the pods themselves decide when the work is done.",
    activeDeadlineSeconds: "Seconds after its start when the job fails, whatever it has done; default no deadline.",
    podFailurePolicy:
      "What certain failures of pods do, before backoffLimit counts; needs restartPolicy Never in the template.",
    successPolicy: "When an indexed job counts as succeeded before all its indexes have; default only then.",
    backoffLimit: "Failures before the job fails; default 6, or no limit with backoffLimitPerIndex.",
    backoffLimitPerIndex: "Failures of one index before that index fails; only with completionMode Indexed.",
    maxFailedIndexes: "Failed indexes before the job fails; only with backoffLimitPerIndex.",
    selector: "Labels of the pods; made up by the server unless manualSelector is true.",
    manualSelector: "Says that selector is your own and no other controller's pods match it; leave it alone.",
    template: "What the pods are made from; its restart policy must be Never or OnFailure.",
    ttlSecondsAfterFinished: "Seconds after its end when the job is deleted; 0 at once, default never.",
    completionMode: "NonIndexed (default), or Indexed to give every completion a number of its own.",
    suspend: "Ends all pods and starts none while it is true; default false.",
    podReplacementPolicy: "When a pod is replaced: TerminatingOrFailed (default) at once, or Failed once it has ended.",
    managedBy: "Controller that runs the job, as domain/name; default kubernetes.io/job-controller. It cannot change.",
  }),
  doc(SuccessPolicy, "When a job counts as succeeded early.", {
    rules: "Rules, of which one must hold; at most 20.",
  }),
  doc(SuccessPolicyRule, "A way to succeed; if both members are set, both must hold.", {
    succeededIndexes: "Indexes that must have succeeded, such as 1,3-5.",
    succeededCount: "How many indexes must have succeeded, of succeededIndexes if that is set.",
  }),
  doc(PodFailurePolicy, "What certain failures of pods do.", {
    rules: "Rules, tried in order; the first that matches holds. At most 20.",
  }),
  doc(PodFailurePolicyRule, "A kind of failure, and what it does; either onExitCodes or onPodConditions is set.", {
    action: "FailJob, FailIndex, Ignore (the failure doesn't count), or Count (it counts as usual).",
    onExitCodes: "Exit codes that the rule matches.",
    onPodConditions: "Pod conditions that the rule matches, such as DisruptionTarget.",
  }),
  doc(PodFailurePolicyOnPodConditionsPattern, "A condition that a failed pod has.", {
    type: "Type of the condition.",
    status: "Status of the condition; default True.",
  }),
  doc(PodFailurePolicyOnExitCodesRequirement, "Exit codes of failed containers.", {
    containerName: "Container that is looked at; default all, init containers among them.",
    operator: "In or NotIn: whether the code must be, or must not be, one of the values.",
    values: "Exit codes, sorted and without doubles; 0 is not allowed with In. At most 255.",
  }),
];
