import { own } from "../../../base/index.ts";
import { Node } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Tells pods in their labels where the node is that they are put on, so that their containers can be told. */
export const podTopologyLabels: AdmissionPlugin = {
  name: "PodTopologyLabels",
  resources: ["/pods"],
  async admit(request) {
    const name = nodeNameOf(request);
    const node = name && (await request.reads.get(Node, { name }));
    if (!node) return;
    const labels = LABELS.flatMap((key) => {
      const value = own(node.metadata.labels, key);
      return value === undefined ? [] : [[key, value]];
    });
    if (labels.length === 0) return;
    const metadata = request.object!.metadata as { labels?: Readonly<Record<string, string>> };
    metadata.labels = { ...metadata.labels, ...Object.fromEntries(labels) };
  },
};

/** The node that a new pod names, or a binding. */
function nodeNameOf({ operation, subresource, object }: AdmissionRequest): string | undefined {
  if (operation !== "CREATE" || !object) return undefined;
  if (subresource === "") return (object.spec as { nodeName?: string } | undefined)?.nodeName;
  const { kind, name } = (object.target ?? {}) as { kind?: string; name?: string };
  return subresource === "binding" && kind === "Node" ? name : undefined;
}
