import { own } from "../../../base/index.ts";
import { labelKeyProblem, labelValueProblem, Namespace, SelectorError } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type ConfigObject, ConfigReader } from "../../configuration.ts";
import { failed, refused } from "../refused.ts";
import { type PodDraft, podOf } from "./pods.ts";

type Labels = Readonly<Record<string, string>>;

const NAME = "PodNodeSelector";
const ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector";
/** Of the configuration: where pods go whose namespace says nothing. */
const DEFAULT = "clusterDefaultNodeSelector";

/** Pods of a namespace run on the nodes that its annotation picks, and may pick among those that the configuration allows it. */
export function podNodeSelector(configuration: ConfigObject | undefined): AdmissionPlugin {
  const selectors = selectorsOf(configuration);
  const check = async (request: AdmissionRequest): Promise<void> => {
    const pod = newPod(request);
    if (!pod) return;
    const wanted = await namespaceLabels(request, selectors[DEFAULT]);
    refuseConflict(request, pod, wanted);
    const allowed = own(selectors, request.namespace) ?? {};
    const isAllowed = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => own(allowed, key) === value);
    if (Object.keys(allowed).length > 0 && !isAllowed)
      throw refused(request, "pod node label selector labels conflict with its namespace whitelist");
  };
  return {
    name: NAME,
    resources: ["/pods"],
    async admit(request) {
      const pod = newPod(request);
      if (!pod) return;
      const wanted = await namespaceLabels(request, selectors[DEFAULT]);
      refuseConflict(request, pod, wanted);
      if (Object.keys(wanted).length > 0) pod.spec.nodeSelector = { ...wanted, ...pod.spec.nodeSelector };
      await check(request);
    },
    validate: check,
  };
}

const newPod = (request: AdmissionRequest) => (request.operation === "CREATE" ? podOf(request) : undefined);

function refuseConflict(request: AdmissionRequest, { spec }: PodDraft, wanted: Labels): void {
  const isOther = ([key, value]: [string, string]) => {
    const given = own(spec.nodeSelector, key);
    return given !== undefined && given !== value;
  };
  if (Object.entries(wanted).some(isOther))
    throw refused(request, "pod node label selector conflicts with its namespace node label selector");
}

async function namespaceLabels({ reads, namespace }: AdmissionRequest, byDefault: Labels = {}): Promise<Labels> {
  const home = await reads.get(Namespace, { name: namespace });
  const text = own(home?.metadata.annotations, ANNOTATION);
  if (text === undefined) return byDefault;
  try {
    return labelsOf(text);
  } catch (error) {
    if (error instanceof SelectorError) throw failed(error.message);
    throw error;
  }
}

/** The labels that a selector such as "a=b,c=d" asks for; of selectors it has the plainest form only. */
function labelsOf(text: string): Labels {
  const labels: Record<string, string> = {};
  for (const part of text === "" ? [] : text.split(",")) {
    const sides = part.split("=");
    if (sides.length !== 2) throw new SelectorError(`invalid selector: [${sides.join(" ")}]`);
    const [key, value] = sides.map((side) => side.trim()) as [string, string];
    const keyProblem = labelKeyProblem(key);
    if (keyProblem !== undefined) throw invalidPart("<nil>", key, keyProblem);
    const valueProblem = labelValueProblem(value);
    if (valueProblem !== undefined) throw invalidPart(`[${key}]`, value, valueProblem);
    labels[key] = value;
  }
  return labels;
}

function invalidPart(path: string, value: string, problem: string): SelectorError {
  return new SelectorError(`${path}: Invalid value: ${JSON.stringify(value)}: ${problem}`);
}

function selectorsOf(configuration: ConfigObject | undefined): Readonly<Record<string, Labels>> {
  if (!configuration) return {};
  const reader = new ConfigReader(`configuration of ${NAME}`, configuration);
  reader.allow(["podNodeSelectorPluginConfig"]);
  return Object.fromEntries(
    Object.entries(reader.map("podNodeSelectorPluginConfig")).map(([name, text]) => {
      try {
        return [name, labelsOf(text)];
      } catch (cause) {
        throw reader.wrong(`podNodeSelectorPluginConfig.${name}`, `is no selector: ${(cause as Error).message}`);
      }
    }),
  );
}
