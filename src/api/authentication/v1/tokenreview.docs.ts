import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { TokenReviewStatus, UserInfo, TokenReviewSpec, TokenReview } from "./tokenreview.ts";

export const tokenreviewDocs: readonly StructDoc[] = [
  doc(TokenReviewStatus, "Whether a token is good, and whose it is.", {
    authenticated: "Whether the token is good.",
    user: "Whose token it is.",
    audiences: "Audiences asked for that the token is meant for.",
    error: "Why the token could not be checked.",
  }),
  doc(UserInfo, "Who somebody is.", {
    username: "Name, unique among all users.",
    uid: "Id that is another when the same name is given to somebody new.",
    groups: "Groups that the user is in.",
    extra: "Whatever else the authenticator knows.",
  }),
  doc(TokenReviewSpec, "Which token is checked.", {
    token: "The token.",
    audiences: "Who wants to accept the token; default the API server.",
  }),
  ...kindDocs(TokenReview, "Asks the server whether a token is good.", {
    spec: "The token, and for whom.",
    status: "The answer.",
  }),
];
