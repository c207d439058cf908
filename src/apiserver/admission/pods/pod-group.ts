import { PodGroup, Workload } from "../../../api/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import { refused } from "../refused.ts";

/** Refuses pod groups of a workload or a template that isn't there. */
export const podGroupWorkload: AdmissionPlugin = {
  name: "PodGroupWorkloadExists",
  resources: [`${PodGroup.group}/${PodGroup.plural}`],
  async validate(request) {
    const { operation, subresource, object, namespace, reads } = request;
    if (operation !== "CREATE" || subresource !== "") return;
    const template = (object as unknown as PodGroup).spec.podGroupTemplateRef?.workload;
    if (!template) return;
    const { workloadName, podGroupTemplateName } = template;
    const workload = await reads.get(Workload, { namespace, name: workloadName });
    if (!workload) throw refused(request, `PodGroup rejected: Workload ${JSON.stringify(workloadName)} not found`);
    if (!workload.spec.podGroupTemplates?.some(({ name }) => name === podGroupTemplateName)) {
      const named = JSON.stringify(podGroupTemplateName);
      throw refused(
        request,
        `PodGroup rejected: PodGroupTemplate ${named} not found in Workload ${JSON.stringify(workloadName)}`,
      );
    }
  },
};
