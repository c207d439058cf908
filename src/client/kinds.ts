import { badRequest, type KindDefinition, kindFor, type KubeObject } from "../api/index.ts";
import type { SelfNamed } from "./client.ts";

/** The declared kind of an object that names it. */
export function kindOf({ apiVersion, kind }: SelfNamed): KindDefinition<KubeObject> {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const found = kindFor({ group, version: apiVersion.slice(slash + 1), kind });
  if (!found) throw badRequest(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  return found as unknown as KindDefinition<KubeObject>;
}
