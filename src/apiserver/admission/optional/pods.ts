import type { Pod } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";

type Container = Pod["spec"]["containers"][number];

/** What plugins look at and fill in of a pod on its way to the store. */
export interface PodDraft {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    nodeSelector?: Record<string, string>;
    tolerations?: Pod["spec"]["tolerations"];
    readonly affinity?: Pod["spec"]["affinity"];
    readonly containers?: readonly ContainerDraft[];
    readonly initContainers?: readonly ContainerDraft[];
    readonly ephemeralContainers?: readonly ContainerDraft[];
    readonly volumes?: readonly { readonly image?: { pullPolicy?: string } }[];
  };
}

export type ContainerDraft = { image?: string; imagePullPolicy?: string } & Pick<Container, "resources" | "name">;

/** The pod that a request makes or changes as a whole; undefined for any other request. */
export function podOf({ kind, operation, subresource, object }: AdmissionRequest): PodDraft | undefined {
  const isWhole = kind.plural === "pods" && kind.group === "" && subresource === "";
  return isWhole && (operation === "CREATE" || operation === "UPDATE") ? (object as unknown as PodDraft) : undefined;
}

/** All containers of a pod, with the lists that they stand in. */
export function containersOf({
  spec,
}: Pick<PodDraft, "spec">): { readonly list: string; readonly one: ContainerDraft }[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((one) => ({ list, one })),
  );
}
