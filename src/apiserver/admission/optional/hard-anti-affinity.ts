import { forbidden } from "../../../api/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import { podOf } from "./pods.ts";

const HOSTNAME = "kubernetes.io/hostname";

/** Pods may insist to be away from others on a node, not in anything larger: that could keep others out of whole zones. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: "LimitPodHardAntiAffinityTopology",
  resources: ["/pods"],
  async validate(request) {
    const terms = podOf(request)?.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wide = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (!wide) return;
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey} but only key ${HOSTNAME} is allowed`;
    throw forbidden(request.kind, request.name, why);
  },
};
