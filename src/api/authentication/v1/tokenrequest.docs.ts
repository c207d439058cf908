import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { TokenRequest, TokenRequestStatus, TokenRequestSpec, BoundObjectReference } from "./tokenrequest.ts";

export const tokenrequestDocs: readonly StructDoc[] = [
  doc(TokenRequest, "Asks for a token of a service account.", {
    ...TYPE_META,
    metadata: "Name and namespace of the service account.",
    spec: "Who the token is for, and for how long.",
    status: "The token.",
  }),
  doc(TokenRequestStatus, "A token.", {
    token: "The token.",
    expirationTimestamp: "When the token expires.",
  }),
  doc(TokenRequestSpec, "Who a token is for, and for how long.", {
    audiences: "Who should accept the token; empty for the API server.",
    expirationSeconds:
      "Seconds that the token should be good for, at least 600; default 3600. It may come out otherwise.",
    boundObjectRef: "Object that the token depends on: once that is gone, the token is void.",
  }),
  doc(BoundObjectReference, "The object that a token depends on.", {
    kind: "Pod, Secret or Node.",
    apiVersion: "Group and version of the object: v1.",
    name: "Name of the object.",
    uid: "UID of the object.",
  }),
];
