import { Namespace, notFound } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";

/** Makes a namespace; one that is there already is as good. */
export type MakeNamespace = (name: string) => Promise<void>;

const isInNamespace = ({ namespace, kind }: AdmissionRequest) => namespace !== "" && kind.scope === "Namespaced";

/** Makes the namespace of the first object that comes to it. */
export function namespaceAutoProvision(make: MakeNamespace): AdmissionPlugin {
  return {
    name: "NamespaceAutoProvision",
    async admit(request) {
      const { operation, namespace, reads, dryRun } = request;
      if (operation !== "CREATE" || dryRun || !isInNamespace(request)) return;
      if (!(await reads.get(Namespace, { name: namespace }))) await make(namespace);
    },
  };
}

/** Refuses writes in namespaces that aren't there. */
export const namespaceExists: AdmissionPlugin = {
  name: "NamespaceExists",
  async validate(request) {
    const { namespace, reads } = request;
    if (!isInNamespace(request)) return;
    if (!(await reads.get(Namespace, { name: namespace }))) throw notFound(Namespace, namespace);
  },
};
