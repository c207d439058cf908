import type { Pod } from "../../api/index.ts";
import { type Plugin, SCORE_MAX } from "../framework.ts";

const SIZE_MIN_BYTES = 23 * 1024 * 1024;
const SIZE_MAX_PER_CONTAINER_BYTES = 1000 * 1024 * 1024;

interface Image {
  readonly name: string;
  /** The part of all nodes that have it. */
  readonly spread: number;
}

/** Nodes that have the pod's images already are better, the more so the larger and the more common these are. */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  events: [],
  weight: 1,
  prepare(pod, snapshot) {
    const images = imagesOf(pod)
      .map((name): Image => ({ name, spread: snapshot.imageHolders(name) / snapshot.nodes.length }))
      .filter(({ spread }) => spread > 0);
    return { notes: images, skipScore: images.length === 0 };
  },
  score(pod, node, notes) {
    let bytes = 0;
    for (const { name, spread } of notes as Image[]) bytes += Math.floor((node.images.get(name) ?? 0) * spread);
    const max = SIZE_MAX_PER_CONTAINER_BYTES * imagesOf(pod).length;
    const clamped = Math.min(Math.max(bytes, SIZE_MIN_BYTES), max);
    return Math.floor((SCORE_MAX * (clamped - SIZE_MIN_BYTES)) / (max - SIZE_MIN_BYTES));
  },
};

function imagesOf({ spec }: Pod): string[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ image }) => withTag(image ?? ""));
}

function withTag(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") && !image.includes("@") ? `${image}:latest` : image;
}
