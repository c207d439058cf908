import { jsonEqual } from "../../../base/index.ts";
import { isExtendedResource } from "../../../api/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import { podOf } from "./pods.ts";
import type { Toleration } from "./toleration-sets.ts";

/** Nodes with costly devices may be tainted with the device's name: pods that ask for it tolerate that. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: "ExtendedResourceToleration",
  resources: ["/pods"],
  async admit(request) {
    const pod = podOf(request);
    if (!pod) return;
    const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
    const names = new Set(containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {})));
    for (const key of [...names].filter(isExtendedResource).sort())
      pod.spec.tolerations = withToleration(pod.spec.tolerations ?? [], {
        key,
        operator: "Exists",
        effect: "NoSchedule",
      });
  },
};

/** The list with one more; it takes the place of another for the same taint. */
function withToleration(list: readonly Toleration[], added: Toleration): Toleration[] {
  const identity = ({ key = "", operator = "", effect = "", value = "" }: Toleration) => [key, operator, effect, value];
  const isSame = (one: Toleration) => jsonEqual(identity(one), identity(added));
  return list.some(isSame) ? list.map((one) => (isSame(one) ? added : one)) : [...list, added];
}
