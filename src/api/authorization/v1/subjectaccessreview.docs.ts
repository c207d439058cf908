import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  SubjectAccessReviewStatus,
  SubjectAccessReviewSpec,
  NonResourceAttributes,
  ResourceAttributes,
  LabelSelectorAttributes,
  FieldSelectorAttributes,
  SubjectAccessReview,
} from "./subjectaccessreview.ts";

export const subjectaccessreviewDocs: readonly StructDoc[] = [
  doc(SubjectAccessReviewStatus, "Whether something is allowed.", {
    allowed: "Whether it is allowed.",
    denied: "Whether somebody forbade it, so that nobody else is asked; not together with allowed.",
    reason: "Why, for people.",
    evaluationError: "What went wrong on the way; the answer may hold all the same.",
  }),
  doc(SubjectAccessReviewSpec, "Who wants to do what; exactly one of the attributes is set.", {
    resourceAttributes: "The verb, and the resource it is used on.",
    nonResourceAttributes: "A request to another path.",
    user: "Name of who wants it; user or groups must be set.",
    groups: "Groups of who wants it.",
    extra: "What else is known of who wants it.",
    uid: "Id of who wants it.",
  }),
  doc(NonResourceAttributes, "A request to a path that is no resource.", {
    path: "Path of the request.",
    verb: "HTTP method of the request, in small letters.",
  }),
  doc(ResourceAttributes, "Something to do with a resource.", {
    namespace: "Namespace of the object; empty for resources in none, or for all namespaces.",
    verb: "What is to be done, such as get or create; * for all.",
    group: "API group of the resource; * for all.",
    version: "Version of the group; * for all.",
    resource: "Plural name of the resource; * for all.",
    subresource: "Subresource, such as status; empty for none.",
    name: "Name of the object; empty for all.",
    fieldSelector: "Fields that the objects are narrowed down by.",
    labelSelector: "Labels that the objects are narrowed down by.",
  }),
  doc(LabelSelectorAttributes, "Labels that objects are narrowed down by; at most one member is set.", {
    rawSelector: "The selector as it stands in a URL, for webhooks; the server does not read it here.",
    requirements: "The selector in parts, which all hold.",
  }),
  doc(FieldSelectorAttributes, "Fields that objects are narrowed down by; at most one member is set.", {
    rawSelector: "The selector as it stands in a URL, for webhooks; the server does not read it here.",
    requirements: "The selector in parts, which all hold.",
  }),
  ...kindDocs(SubjectAccessReview, "Asks the server whether somebody may do something.", {
    spec: "Who, and what.",
    status: "The answer.",
  }),
];
