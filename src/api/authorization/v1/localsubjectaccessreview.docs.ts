import { kindDocs, type StructDoc } from "../../doc.ts";
import { LocalSubjectAccessReview } from "./localsubjectaccessreview.ts";

export const localsubjectaccessreviewDocs: readonly StructDoc[] = [
  ...kindDocs(LocalSubjectAccessReview, "Asks the server whether somebody may do something in one namespace.", {
    spec: "Who, and what; its namespace must be that of the request.",
    status: "The answer.",
  }),
];
