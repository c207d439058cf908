import { badRequest, forbidden, Namespace, notFound, statusError } from "../../api/index.ts";
import type { AdmissionPlugin } from "../contracts.ts";
import { refused } from "./refused.ts";

const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

/** Objects live in namespaces that exist; nothing new comes into one that is going; some namespaces can't go. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  async admit(request) {
    const { operation, kind, namespace, name, reads } = request;
    if (operation === "DELETE" && kind.plural === "namespaces" && kind.group === "" && IMMORTAL.has(name)) {
      throw forbidden(kind, name, "this namespace may not be deleted");
    }
    if (kind.scope === "Cluster" || operation === "DELETE" || REVIEWS.has(kind.plural)) return;
    if (namespace === "") throw badRequest("namespace is required");
    // What is there may be changed as long as its namespace is: the cache will do.
    if (operation !== "CREATE" && reads.holds(Namespace, { name: namespace })) return;
    const home = await reads.get(Namespace, { name: namespace });
    if (!home) throw notFound({ group: "", plural: "namespaces" }, namespace);
    if (operation !== "CREATE") return;
    if (home.status.phase !== "Terminating" && !home.metadata.deletionTimestamp) return;
    const error = refused(
      request,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    const cause = {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    };
    throw statusError({
      code: 403,
      reason: "Forbidden",
      message: error.message,
      details: { ...error.status.details, causes: [cause] },
    });
  },
};

/** Questions, not objects: asked of any namespace. */
const REVIEWS = new Set(["localsubjectaccessreviews"]);
