import type { Pod } from "../../api/index.ts";
import { type Plugin, SCORE_MAX, type Snapshot } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";

const SIZE_MIN_BYTES = 23 * 1024 * 1024;
const SIZE_MAX_PER_CONTAINER_BYTES = 1000 * 1024 * 1024;

/** Nodes that have the pod's images already are better, the more so the larger and the more common these are. */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  events: [],
  weight: 1,
  prepare: (pod, snapshot) => {
    const spread = imageSpread(pod, snapshot);
    return { notes: spread, skipScore: spread.size === 0 };
  },
  score(pod, node, notes) {
    const spread = notes as Map<string, number>;
    const containers = pod.spec.containers?.length ?? 0;
    let bytes = 0;
    for (const image of imagesOf(pod)) bytes += Math.floor(sizeOn(node, image) * (spread.get(image) ?? 0));
    const max = SIZE_MAX_PER_CONTAINER_BYTES * containers;
    const clamped = Math.min(Math.max(bytes, SIZE_MIN_BYTES), max);
    return max <= SIZE_MIN_BYTES ? 0 : Math.floor((SCORE_MAX * (clamped - SIZE_MIN_BYTES)) / (max - SIZE_MIN_BYTES));
  },
};

/** The fraction of nodes that have each image. */
function imageSpread(pod: Pod, { nodes }: Snapshot): Map<string, number> {
  const spread = new Map<string, number>();
  for (const image of imagesOf(pod)) {
    const holders = nodes.filter((node) => sizeOn(node, image) > 0).length;
    if (holders > 0) spread.set(image, holders / nodes.length);
  }
  return spread;
}

function imagesOf(pod: Pod): string[] {
  return (pod.spec.containers ?? []).map((container) => withTag(container.image ?? ""));
}

function withTag(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") && !image.includes("@") ? `${image}:latest` : image;
}

function sizeOn(node: NodeInfo, image: string): number {
  return node.node.status.images?.find((one) => one.names?.includes(image))?.sizeBytes ?? 0;
}
