import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { Status, StatusDetails, StatusCause } from "./status.ts";

export const statusDocs: readonly StructDoc[] = [
  doc(Status, "Answer to a request that has no object to answer with, above all one that failed.", {
    ...TYPE_META,
    metadata: "Version of the answer, if it has one.",
    status: "Success or Failure.",
    message: "What happened, for people.",
    reason: "Why the request failed, in one word, such as NotFound or Conflict.",
    details: "More about the failure.",
    code: "HTTP status of the answer.",
  }),
  doc(StatusDetails, "More about a failure.", {
    name: "Name of the object that it is about.",
    group: "API group of the object.",
    kind: "Kind or resource of the object.",
    uid: "UID of the object, if it is one.",
    causes: "Single problems, such as one for each wrong field.",
    retryAfterSeconds: "Seconds after which the request may be tried again.",
  }),
  doc(StatusCause, "A single problem.", {
    reason: "Which problem it is, in one word, such as FieldValueRequired.",
    message: "What is wrong, for people.",
    field: "Field that is wrong, such as spec.containers[0].name.",
  }),
];
