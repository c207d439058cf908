import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  SubjectRulesReviewStatus,
  NonResourceRule,
  ResourceRule,
  SelfSubjectRulesReviewSpec,
  SelfSubjectRulesReview,
} from "./selfsubjectrulesreview.ts";

export const selfsubjectrulesreviewDocs: readonly StructDoc[] = [
  doc(SubjectRulesReviewStatus, "What somebody may do in a namespace.", {
    resourceRules: "What may be done with resources, in no order; may say things twice.",
    nonResourceRules: "What may be done with other paths, in no order; may say things twice.",
    incomplete: "Whether there may be more, as when an authorizer can't list its rules.",
    evaluationError: "Why the answer is incomplete.",
  }),
  doc(NonResourceRule, "Verbs that are allowed on some paths.", {
    verbs: "What may be done; * for all.",
    nonResourceURLs: "Paths; * at the end stands for the rest.",
  }),
  doc(ResourceRule, "Verbs that are allowed on some resources.", {
    verbs: "What may be done; * for all.",
    apiGroups: "API groups of the resources; * for all.",
    resources: "Resources, or subresources as pods/log; * for all.",
    resourceNames: "Names of single objects; empty for all.",
  }),
  doc(SelfSubjectRulesReviewSpec, "Where the rules are looked up.", {
    namespace: "Namespace to look in; a must.",
  }),
  ...kindDocs(
    SelfSubjectRulesReview,
    "Asks the server what all the client may do in a namespace; for showing, not for deciding.",
    {
      spec: "The namespace that is asked about.",
      status: "The answer.",
    },
  ),
];
