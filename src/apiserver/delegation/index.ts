/**
 * What others decide of callers: whose a token is (JWT issuers, webhooks) and what a user may do (webhooks, policy files),
 * as authentication and authorization configurations say. Knows nothing of files and flags; loaded by servers that have
 * any of this. Start at {@link authorizersFrom} and {@link jwtTokens}.
 */
export { abac, parseAbacPolicy } from "./abac.ts";
export { chain } from "../authz/decide.ts";
export { authorizersFrom } from "./access-configuration.ts";
export { accessWebhook } from "./access-webhook.ts";
export { KeptAnswers } from "../kept-answers.ts";
export { askReview, type WebhookServer } from "./review-webhook.ts";
export { tokenWebhook } from "./token-webhook.ts";
export { ALGORITHMS, type AuthenticationSettings, type JwtIssuer, readAuthentication } from "./jwt/configuration.ts";
export { Provider } from "./jwt/provider.ts";
export { jwtTokens } from "./jwt/tokens.ts";
