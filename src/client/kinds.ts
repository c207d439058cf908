import {
  type APIResourceList,
  badRequest,
  type KindDefinition,
  kindFor,
  type KubeObject,
  unlessGone,
} from "../api/index.ts";
import type { Client, SelfNamed } from "./client.ts";
import { dynamicKind } from "./dynamic.ts";

/** The kind of an object that names it: as it is declared here, or as the server says that it serves it, such as a custom one. */
export async function kindOf(
  { apiVersion, kind }: SelfNamed,
  { getJson, signal }: { readonly getJson: Client["getJson"]; readonly signal: AbortSignal | undefined },
): Promise<KindDefinition<KubeObject>> {
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw badRequest("apply object: it has no apiVersion or no kind, wanted both");
  const slash = apiVersion.indexOf("/");
  const [group, version] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)];
  const declared = kindFor({ group, version, kind });
  if (declared) return declared as unknown as KindDefinition<KubeObject>;
  const path = `/${group === "" ? "api" : "apis"}/${apiVersion.split("/").map(encodeURIComponent).join("/")}`;
  const served = await unlessGone(getJson<APIResourceList>(path, { ...(signal && { signal }) }));
  const found = served?.resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (!found) throw badRequest(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  const { name: plural, namespaced, verbs } = found;
  return dynamicKind({ group, version, kind, plural, scope: namespaced ? "Namespaced" : "Cluster", verbs });
}
