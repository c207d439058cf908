import { jsonEqual } from "../../../base/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { refused } from "../refused.ts";
import { containersOf, type PodDraft, podOf } from "./pods.ts";

/** Nobody runs an image that lies on a node without showing the credentials that it is pulled with. */
export const alwaysPullImages: AdmissionPlugin = {
  name: "AlwaysPullImages",
  resources: ["/pods"],
  async admit(request) {
    const pod = podOf(request);
    if (!pod || keepsImages(request, pod)) return;
    for (const { one } of containersOf(pod)) one.imagePullPolicy = "Always";
    for (const { image } of pod.spec.volumes ?? []) if (image) image.pullPolicy = "Always";
  },
  async validate(request) {
    const pod = podOf(request);
    if (!pod || keepsImages(request, pod)) return;
    for (const list of ["initContainers", "containers", "ephemeralContainers"] as const)
      for (const [index, { imagePullPolicy }] of (pod.spec[list] ?? []).entries())
        if (imagePullPolicy !== "Always")
          throw refused(
            request,
            `spec.${list}[${index}].imagePullPolicy: Unsupported value: ${JSON.stringify(imagePullPolicy)}: supported values: "Always"`,
          );
  },
};

/** An update that brings no image isn't looked at: pods that were there before the plugin may go on. */
function keepsImages({ operation, oldObject }: AdmissionRequest, pod: PodDraft): boolean {
  if (operation !== "UPDATE") return false;
  const imagesOf = (of: PodDraft) => new Set(containersOf(of).map(({ one }) => one.image));
  const [before, after] = [imagesOf(oldObject as PodDraft), imagesOf(pod)];
  return (
    [...after].every((image) => before.has(image)) && jsonEqual(imageVolumes(oldObject as PodDraft), imageVolumes(pod))
  );
}

const imageVolumes = ({ spec }: PodDraft) => (spec.volumes ?? []).flatMap(({ image }) => image ?? []);
