import { methodNotAllowed } from "../../api/index.ts";
import { jwksOf } from "../../pki/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { goJson } from "../../schema/index.ts";
import type { SubresourceHandler } from "../contracts.ts";
import { refuseUnwritable } from "../http/negotiate.ts";
import { respondBytes } from "../http/respond.ts";
import type { ServiceAccountTokens } from "./service-accounts.ts";

const KEYS_PATH = "/openid/v1/jwks";

/** What others need to verify the tokens of service accounts: who issues them, and the keys. */
export function issuerPaths(tokens: ServiceAccountTokens, serverAddress: string): [string, SubresourceHandler][] {
  const keys = jwksOf(tokens.publicKeys);
  const configuration = {
    issuer: tokens.issuer,
    jwks_uri: `https://${serverAddress}${KEYS_PATH}`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(keys.keys.map(({ alg }) => alg))],
  };
  return [
    ["/.well-known/openid-configuration", routed("application/json", configuration)],
    [KEYS_PATH, routed("application/jwk-set+json", keys)],
  ];
}

/** Answers who asks for what there is, in the one type that it has. */
function routed(type: string, value: unknown): SubresourceHandler {
  return async ({ request }) => {
    if (request.method !== "GET") throw methodNotAllowed();
    refuseUnwritable(request.headers.accept, { types: [type] });
    return cached(value, type);
  };
}

function cached(value: unknown, type: string): ApiResponse {
  const response = respondBytes(200, new TextEncoder().encode(goJson(value)), type);
  return { ...response, headers: { ...response.headers, "cache-control": "public, max-age=3600" } };
}
