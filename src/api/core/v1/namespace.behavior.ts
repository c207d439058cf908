import type { KindBehavior, Mutable } from "../../kind.ts";
import type { Namespace } from "./namespace.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";
const FINALIZER = "kubernetes";

/** What a namespace's declaration can't say. */
export const namespaceBehavior: KindBehavior<Namespace> = {
  nameRule: "dnsLabel",
  generation: false,
  prepareCreate(namespace) {
    namespace.status = { phase: "Active" } as Mutable<Namespace>["status"];
    if (!namespace.spec.finalizers?.includes(FINALIZER))
      namespace.spec.finalizers = [...(namespace.spec.finalizers ?? []), FINALIZER];
  },
  setDefaults(namespace) {
    if (!namespace.metadata.name) return;
    namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name };
  },
  prepareUpdate(namespace, old) {
    namespace.status = structuredClone(old.status) as Mutable<Namespace>["status"];
    namespace.spec.finalizers = old.spec.finalizers ? [...old.spec.finalizers] : (undefined as never);
    if (!old.spec.finalizers) delete namespace.spec.finalizers;
  },
  selectableFields: {
    "status.phase": (namespace) => namespace.status.phase ?? "",
  },
};
