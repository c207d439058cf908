import { jsonEqual } from "../../../base/index.ts";
import { type KindDefinition, RuntimeClass } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { refused } from "../refused.ts";

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

interface PodSpec {
  runtimeClassName?: string;
  overhead?: Readonly<Record<string, string>>;
  nodeSelector?: Readonly<Record<string, string>>;
  tolerations?: readonly Toleration[];
}

/** Gives pods what their runtime class says: where they may run, and what running them costs. */
export const runtimeClass: AdmissionPlugin = {
  name: "RuntimeClass",
  resources: ["/pods"],
  async admit(request) {
    const spec = newPodSpec(request);
    const found = spec && (await classOf(request, spec));
    if (!found) return;
    if (found.overhead) {
      const { podFixed = {} } = found.overhead;
      if (Object.keys(spec.overhead ?? {}).length > 0 && !jsonEqual(spec.overhead, podFixed))
        throw rejected(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      spec.overhead = { ...podFixed };
    }
    const { nodeSelector, tolerations } = found.scheduling ?? {};
    if (nodeSelector) spec.nodeSelector = mergedSelector(request, nodeSelector, spec.nodeSelector);
    const all = [...(spec.tolerations ?? []), ...(tolerations ?? [])];
    if (found.scheduling && all.length > 0) spec.tolerations = mergedTolerations(all);
  },
  async validate(request) {
    const spec = newPodSpec(request);
    if (!spec) return;
    const found = await classOf(request, spec);
    if (found?.overhead) {
      if (!jsonEqual(spec.overhead ?? {}, found.overhead.podFixed ?? {}))
        throw rejected(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    } else if (spec.overhead)
      throw rejected(request, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
  },
};

function newPodSpec({ kind, subresource, operation, object }: AdmissionRequest): PodSpec | undefined {
  const isPod = kind.plural === "pods" && kind.group === "" && subresource === "";
  return isPod && operation === "CREATE" ? (object?.spec as PodSpec | undefined) : undefined;
}

async function classOf(request: AdmissionRequest, { runtimeClassName }: PodSpec): Promise<RuntimeClass | undefined> {
  if (!runtimeClassName) return undefined;
  const classes = await request.reads.list(RuntimeClass as KindDefinition<RuntimeClass>);
  const found = classes.find(({ metadata }) => metadata.name === runtimeClassName);
  if (!found) throw rejected(request, `RuntimeClass ${JSON.stringify(runtimeClassName)} not found`);
  return found;
}

function rejected(request: AdmissionRequest, why: string) {
  return refused(request, `pod rejected: ${why}`);
}

type Selector = Readonly<Record<string, string>>;

function mergedSelector(request: AdmissionRequest, wanted: Selector, own: Selector = {}): Selector {
  for (const [key, value] of Object.entries(wanted)) {
    if (own[key] === undefined || own[key] === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`;
    throw refused(request, why);
  }
  return { ...own, ...wanted };
}

/** Tolerations without those that another one includes. */
export function mergedTolerations(all: readonly Toleration[]): readonly Toleration[] {
  const merged: Toleration[] = [];
  all.forEach((toleration, index) => {
    const isIncluded =
      merged.some((one) => includes(one, toleration)) ||
      all.slice(index + 1).some((one) => !jsonEqual(one, toleration) && includes(one, toleration));
    if (!isIncluded) merged.push(toleration);
  });
  return merged;
}

/** Whether everything that one toleration tolerates, another one does too. */
function includes(wide: Toleration, narrow: Toleration): boolean {
  if (jsonEqual(wide, narrow)) return true;
  const anyKey = !wide.key && wide.operator === "Exists";
  if (!anyKey && (wide.key ?? "") !== (narrow.key ?? "")) return false;
  if (wide.effect && wide.effect !== narrow.effect) return false;
  if (wide.effect === "NoExecute" && wide.tolerationSeconds !== undefined) {
    const { tolerationSeconds: seconds } = narrow;
    if (seconds === undefined || seconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === "Exists") return true;
  return narrow.operator === "Equal" && (narrow.value ?? "") === (wide.value ?? "");
}
