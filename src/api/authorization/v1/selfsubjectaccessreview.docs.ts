import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { SelfSubjectAccessReviewSpec, SelfSubjectAccessReview } from "./selfsubjectaccessreview.ts";

export const selfsubjectaccessreviewDocs: readonly StructDoc[] = [
  doc(SelfSubjectAccessReviewSpec, "What the client wants to do; exactly one member is set.", {
    resourceAttributes: "The verb, and the resource it is used on.",
    nonResourceAttributes: "A request to another path.",
  }),
  ...kindDocs(SelfSubjectAccessReview, "Asks the server whether the client itself may do something.", {
    spec: "What the client wants to do.",
    status: "The answer.",
  }),
];
