import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { invalidValue, problemsAt, qualifiedNameProblems } from "../../validation/index.ts";
import type { Namespace } from "./namespace.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";
const FINALIZER = "kubernetes";
const STANDARD_FINALIZERS = [FINALIZER, "orphan", "foregroundDeletion"];

/** What a namespace's declaration can't say. */
export const namespaceBehavior: KindBehavior<Namespace> = {
  metadataLooks: "placed",
  nameRule: "dnsLabel",
  generation: false,
  prepareCreate(namespace) {
    namespace.status = { phase: "Active" } as Mutable<Namespace>["status"];
    if (!namespace.spec.finalizers?.includes(FINALIZER))
      namespace.spec.finalizers = [...(namespace.spec.finalizers ?? []), FINALIZER];
  },
  setDefaults(namespace) {
    if (!namespace.status?.phase)
      namespace.status = { ...namespace.status, phase: "Active" } as typeof namespace.status;
    if (!namespace.metadata.name) return;
    namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name };
  },
  prepareUpdate(namespace, old) {
    namespace.status = structuredClone(old.status) as Mutable<Namespace>["status"];
    namespace.spec.finalizers = old.spec.finalizers ? [...old.spec.finalizers] : (undefined as never);
    if (!old.spec.finalizers) delete namespace.spec.finalizers;
  },
  prepareDelete(namespace) {
    namespace.status = { ...namespace.status, phase: "Terminating" };
  },
  keepsContent: ({ spec }) => Boolean(spec.finalizers?.length),
  validate: ({ spec }) => validateFinalizers(spec.finalizers ?? []),
  validateUpdate: ({ spec }, _, metadata) => [
    ...metadata.whole,
    ...validateFinalizers(spec.finalizers ?? []),
    ...metadata.change,
  ],
  validateSubresourceUpdate: (_, { spec }) =>
    (spec.finalizers ?? []).flatMap((finalizer, index) => validateFinalizers([finalizer], `spec.finalizers[${index}]`)),
  validateStatusUpdate({ metadata, status }) {
    const wanted = metadata.deletionTimestamp ? "Terminating" : "Active";
    if (status.phase === wanted) return [];
    const when = metadata.deletionTimestamp ? "is not empty" : "is empty";
    return [
      invalidValue("status.Phase", status.phase ?? "", `may only be '${wanted}' if \`deletionTimestamp\` ${when}`),
    ];
  },
  selectableFields: {
    "status.phase": (namespace) => namespace.status.phase ?? "",
  },
};

function validateFinalizers(finalizers: readonly string[], path = "spec.finalizers"): FieldError[] {
  return finalizers.flatMap((finalizer) => {
    const errors = problemsAt(path, finalizer, qualifiedNameProblems(finalizer));
    if (!finalizer.includes("/") && !STANDARD_FINALIZERS.includes(finalizer))
      errors.push(invalidValue(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
    return errors;
  });
}
