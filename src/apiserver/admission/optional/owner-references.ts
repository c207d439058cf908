import { jsonEqual } from "../../../base/index.ts";
import type { KindDefinition, KubeObject, OwnerReference } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest, Attributes, Authorizer } from "../../contracts.ts";
import { decide } from "../../authz/decide.ts";
import { refused } from "../refused.ts";

export interface OwnerOptions {
  readonly authorizers: readonly Authorizer[];
  readonly kindNamed: (apiVersion: string, kind: string) => KindDefinition | undefined;
}

/** Who gives an object an owner could delete it by deleting the owner, or keep the owner from going: that takes the rights to do so. */
export function ownerReferencesPermissionEnforcement({ authorizers, kindNamed }: OwnerOptions): AdmissionPlugin {
  return {
    name: "OwnerReferencesPermissionEnforcement",
    async validate(request) {
      const { operation, kind, subresource, object } = request;
      if ((operation !== "CREATE" && operation !== "UPDATE") || !object) return;
      // The status of a pod says nothing of its owners.
      if (kind.plural === "pods" && kind.group === "" && subresource === "status") return;
      const [now, before] = [ownersOf(object), ownersOf(request.oldObject)];
      if (jsonEqual(now, before)) return;
      if (operation === "UPDATE") await mustMayDelete(request, authorizers);
      const known = new Set(before.filter(isBlocking).map(({ uid }) => uid));
      const blocking = now.filter((owner) => isBlocking(owner) && !known.has(owner.uid));
      if (blocking.length === 0 || (await mayFinalizeAnything(request, authorizers))) return;
      for (const owner of blocking)
        await mustMayFinalize(request, { owner, kind: kindNamed(owner.apiVersion, owner.kind), authorizers });
    },
  };
}

function ownersOf(object: unknown): readonly OwnerReference[] {
  return (object as KubeObject | undefined)?.metadata?.ownerReferences ?? [];
}

const isBlocking = ({ blockOwnerDeletion }: OwnerReference) => blockOwnerDeletion === true;

/** Of whom that may do so with everything nobody asks what the owners are. */
async function mayFinalizeAnything({ user }: AdmissionRequest, authorizers: readonly Authorizer[]): Promise<boolean> {
  const anything = { group: "*", version: "*", resource: "*", subresource: "finalizers", name: "*" };
  const wanted = { user, isResource: true, path: "", verb: "update", ...anything, rest: "", namespace: "" };
  return (await decide(wanted, authorizers)).isAllowed;
}

async function mustMayDelete(request: AdmissionRequest, authorizers: readonly Authorizer[]): Promise<void> {
  const { kind, name, subresource } = request;
  const { isAllowed, reason } = await decide(
    attributesOf(request, { kind, name, subresource, verb: "delete" }),
    authorizers,
  );
  if (!isAllowed) throw refused(request, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
}

interface Finalized {
  readonly owner: OwnerReference;
  /** Undefined when there is no such kind. */
  readonly kind: KindDefinition | undefined;
  readonly authorizers: readonly Authorizer[];
}

async function mustMayFinalize(request: AdmissionRequest, { owner, kind, authorizers }: Finalized): Promise<void> {
  const { apiVersion, kind: kindName, name } = owner;
  if (!kind) {
    const why = `no matches for kind ${JSON.stringify(kindName)} in version ${JSON.stringify(apiVersion)}`;
    throw refused(
      request,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kindName}: ${why}`,
    );
  }
  const wanted = attributesOf(request, { kind, name, subresource: "finalizers", verb: "update" });
  const { isAllowed, reason } = await decide(wanted, authorizers);
  if (isAllowed) return;
  throw refused(
    request,
    `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
  );
}

interface Asked {
  readonly kind: KindDefinition;
  readonly name: string;
  readonly subresource: string;
  readonly verb: string;
}

function attributesOf({ user, namespace }: AdmissionRequest, { kind, name, subresource, verb }: Asked): Attributes {
  return {
    user,
    isResource: true,
    path: "",
    verb,
    group: kind.group,
    version: kind.version,
    resource: kind.plural,
    subresource,
    rest: "",
    namespace: kind.scope === "Namespaced" ? namespace : "",
    name,
  };
}
