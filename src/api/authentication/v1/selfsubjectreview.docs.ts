import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { SelfSubjectReviewStatus, SelfSubjectReview } from "./selfsubjectreview.ts";

export const selfsubjectreviewDocs: readonly StructDoc[] = [
  doc(SelfSubjectReviewStatus, "Who the client is.", {
    userInfo: "The client's name, groups and so on.",
  }),
  ...kindDocs(SelfSubjectReview, "Asks the server who the client is.", {
    status: "The answer.",
  }),
];
