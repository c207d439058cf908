import { type KindDefinition, type KubeObject, typeMeta, ObjectMeta } from "../api/index.ts";
import { ref, struct } from "../schema/index.ts";

/** A kind that no declaration is at hand for, such as one found by discovery; its objects pass as plain JSON. */
export function dynamicKind(of: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs?: readonly string[];
}): KindDefinition<KubeObject> {
  const node = struct(`${of.group}/${of.version}.${of.kind}`, () => ({ ...typeMeta(), metadata: ref(1, ObjectMeta) }), {
    proto: null,
  });
  return {
    ...of,
    singular: of.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: of.verbs ?? [],
    subresources: [],
    struct: node,
    list: node,
    rules: {},
    storage: undefined,
    storageVersion: of.version,
    storagePrefix: of.plural,
  };
}
