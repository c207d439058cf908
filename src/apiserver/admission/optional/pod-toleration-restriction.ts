import { own } from "../../../base/index.ts";
import { Namespace, type Pod, qosClass } from "../../../api/index.ts";
import { failed } from "../refused.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type ConfigObject, ConfigReader } from "../../configuration.ts";
import { podOf } from "./pods.ts";
import { includesToleration, mergeTolerations, type Toleration } from "./toleration-sets.ts";

const NAME = "PodTolerationRestriction";
const API_VERSION = "podtolerationrestriction.admission.k8s.io/v1alpha1";
const DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations";
const ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";
const MEMORY_PRESSURE: Toleration = {
  key: "node.kubernetes.io/memory-pressure",
  operator: "Exists",
  effect: "NoSchedule",
};

/** Pods of a namespace tolerate what its annotations add, and nothing that they don't allow. */
export function podTolerationRestriction(configuration: ConfigObject | undefined): AdmissionPlugin {
  const cluster = readConfiguration(configuration);
  const check = async (request: AdmissionRequest): Promise<void> => {
    const tolerations = podOf(request)?.spec.tolerations ?? [];
    if (tolerations.length === 0) return;
    const here = await tolerationsOf(request, ALLOWED);
    const allowed = here ?? cluster.whitelist;
    if (allowed.length === 0) return;
    if (tolerations.every((one) => allowed.some((wide) => includesToleration(wide, one)))) return;
    const scope = here ? "namespace" : "cluster";
    throw failed(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
    );
  };
  return {
    name: NAME,
    resources: ["/pods"],
    async admit(request) {
      const pod = podOf(request);
      if (!pod) return;
      const byDefault =
        request.operation === "CREATE" ? ((await tolerationsOf(request, DEFAULTS)) ?? cluster.default) : [];
      const isBestEffort = qosClass(pod.spec as Pod["spec"]) === "BestEffort";
      const extra = [...byDefault, ...(isBestEffort ? [] : [MEMORY_PRESSURE])];
      if (extra.length > 0) pod.spec.tolerations = mergeTolerations(pod.spec.tolerations ?? [], extra);
      await check(request);
    },
    validate: check,
  };
}

/** What the pod's namespace says in an annotation; undefined when it says nothing. */
async function tolerationsOf(
  { reads, namespace }: AdmissionRequest,
  annotation: string,
): Promise<readonly Toleration[] | undefined> {
  const home = await reads.get(Namespace, { name: namespace });
  const text = own(home?.metadata.annotations, annotation);
  if (text === undefined) return undefined;
  if (text === "") return [];
  try {
    return JSON.parse(text) as readonly Toleration[];
  } catch (cause) {
    throw failed((cause as Error).message);
  }
}

function readConfiguration(configuration: ConfigObject | undefined) {
  if (!configuration) return { default: [], whitelist: [] };
  const reader = new ConfigReader(`configuration of ${NAME}`, configuration);
  reader.mustBe("Configuration", [API_VERSION]);
  reader.allow(["default", "whitelist"]);
  return { default: tolerationList(reader, "default"), whitelist: tolerationList(reader, "whitelist") };
}

function tolerationList(reader: ConfigReader, field: string): readonly Toleration[] {
  return reader.objects(field).map((one) => {
    one.allow(["key", "operator", "value", "effect", "tolerationSeconds"]);
    for (const text of ["key", "operator", "value", "effect"]) one.text(text);
    one.whole("tolerationSeconds");
    return one.value as Toleration;
  });
}
