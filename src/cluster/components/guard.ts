import { SubjectAccessReview, TokenReview } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import type { ApiRequest, ApiResponse, Handler, UserInfo } from "../../net/index.ts";

/** A handler for those only who show a token that the API server knows, of someone who may ask for the path. */
export function allowed(client: Client, handler: Handler): Handler {
  return async (request) => {
    const user = await whoAsks(client, request);
    if (!user) return refusal(401, "Unauthorized\n");
    return (await mayAsk(client, user, request)) ? handler(request) : refusal(403, "Forbidden\n");
  };
}

async function whoAsks(client: Client, { headers }: ApiRequest): Promise<UserInfo | undefined> {
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) return undefined;
  const { status } = await client.create(TokenReview, { metadata: {}, spec: { token } });
  if (!status.authenticated || !status.user?.username) return undefined;
  return { name: status.user.username, groups: status.user.groups ?? [] };
}

async function mayAsk(client: Client, { name, groups }: UserInfo, { method, path }: ApiRequest): Promise<boolean> {
  const nonResourceAttributes = { path, verb: method.toLowerCase() };
  const spec = { user: name, groups, nonResourceAttributes };
  const { status } = await client.create(SubjectAccessReview, { metadata: {}, spec });
  return status.allowed;
}

function refusal(status: number, text: string): ApiResponse {
  const bytes = new TextEncoder().encode(text);
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: { type: "bytes", bytes } };
}
