import { own } from "../../../base/index.ts";
import {
  type Amounts,
  compareQuantities,
  containerAmounts,
  forbidden,
  LimitRange,
  type LimitRangeItem,
  parseQuantity,
  type PodSpec,
} from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";

interface MutableContainer {
  readonly name: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

interface MutablePod {
  metadata: { annotations?: Record<string, string>; deletionTimestamp?: string };
  spec: { containers?: MutableContainer[]; initContainers?: MutableContainer[] };
}

const ANNOTATION = "kubernetes.io/limit-ranger";

/** Keeps pods and claims within the bounds of their namespace, and fills in what containers don't say. */
export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  resources: ["/pods", "/persistentvolumeclaims"],
  async admit(request) {
    if (!isLimited(request) || !isPod(request)) return;
    for (const range of await rangesOf(request)) fillDefaults(request.object as unknown as MutablePod, range);
  },
  async validate(request) {
    if (!isLimited(request)) return;
    for (const { spec } of await rangesOf(request)) {
      const problems = (spec.limits ?? []).flatMap((limit) =>
        isPod(request) ? podProblems(request, limit) : claimProblems(request, limit),
      );
      if (problems.length > 0) throw forbidden(request.kind, request.name, aggregate(problems));
    }
  },
};

function isPod({ kind }: AdmissionRequest): boolean {
  return kind.group === "" && kind.plural === "pods";
}

/** What a running pod asks for changes by resizing only. */
function isLimited(request: AdmissionRequest): boolean {
  const { kind, operation, subresource, object } = request;
  if (!object || (object.metadata as { deletionTimestamp?: string }).deletionTimestamp) return false;
  if (subresource !== "") return subresource === "resize" && isPod(request) && operation === "UPDATE";
  if (isPod(request)) return operation === "CREATE";
  return (
    kind.group === "" && kind.plural === "persistentvolumeclaims" && (operation === "CREATE" || operation === "UPDATE")
  );
}

async function rangesOf({ reads, namespace }: AdmissionRequest): Promise<readonly LimitRange[]> {
  return await reads.list(LimitRange, namespace);
}

function aggregate(problems: readonly string[]): string {
  const different = [...new Set(problems)];
  return different.length === 1 ? different[0]! : `[${different.join(", ")}]`;
}

function fillDefaults({ metadata, spec }: MutablePod, range: LimitRange): void {
  const items = (range.spec.limits ?? []).filter(({ type }) => type === "Container");
  const defaults = {
    limits: Object.assign({}, ...items.map((item) => item.default)) as Amounts,
    requests: Object.assign({}, ...items.map((item) => item.defaultRequest)) as Amounts,
  };
  const notes = [
    ...(spec.containers ?? []).flatMap((container) => fillContainer(container, defaults, "container")),
    ...(spec.initContainers ?? []).flatMap((container) => fillContainer(container, defaults, "init container")),
  ];
  if (notes.length > 0)
    metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}` };
}

function fillContainer(
  container: MutableContainer,
  defaults: { readonly limits: Amounts; readonly requests: Amounts },
  what: string,
): string[] {
  return (["requests", "limits"] as const).flatMap((side) => {
    const given = container.resources?.[side] ?? {};
    const missing = Object.entries(defaults[side]).filter(([name]) => given[name] === undefined);
    if (missing.length === 0) return [];
    container.resources = { ...container.resources, [side]: { ...given, ...Object.fromEntries(missing) } };
    const names = missing.map(([name]) => name).sort();
    return [`${names.join(", ")} ${side.slice(0, -1)} for ${what} ${container.name}`];
  });
}

interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function podProblems({ object }: AdmissionRequest, item: LimitRangeItem): string[] {
  const spec = (object as unknown as { spec: PodSpec }).spec;
  if (item.type === "Pod")
    return boundProblems(item, {
      requests: containerAmounts(spec, "requests"),
      limits: containerAmounts(spec, "limits"),
    });
  if (item.type !== "Container") return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    boundProblems(item, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
  );
}

function claimProblems({ object }: AdmissionRequest, item: LimitRangeItem): string[] {
  if (item.type !== "PersistentVolumeClaim") return [];
  const spec = object!.spec as { resources?: { requests?: Amounts } };
  const requests = spec.resources?.requests ?? {};
  const about = (name: string, side: string, bound: string) => `${side} ${name} usage per ${item.type} is ${bound}`;
  return [
    ...sorted(item.min).flatMap(([name, bound]) =>
      minimumProblem(about(name, "minimum", bound), bound, { request: own(requests, name) }),
    ),
    ...sorted(item.max).flatMap(([name, bound]) => {
      const request = own(requests, name);
      const text = about(name, "maximum", bound);
      if (request === undefined) return [`${text}.  No request is specified`];
      return compareQuantities(request, bound) > 0 ? [`${text}, but request is ${request}`] : [];
    }),
  ];
}

function boundProblems(item: LimitRangeItem, { requests, limits }: Asked): string[] {
  const about = (name: string, side: string, bound: string) => `${side} ${name} usage per ${item.type} is ${bound}`;
  return [
    ...sorted(item.min).flatMap(([name, bound]) =>
      minimumProblem(about(name, "minimum", bound), bound, { request: own(requests, name), limit: own(limits, name) }),
    ),
    ...sorted(item.max).flatMap(([name, bound]) =>
      maximumProblem(about(name, "maximum", bound), bound, { request: own(requests, name), limit: own(limits, name) }),
    ),
    ...sorted(item.maxLimitRequestRatio).flatMap(([name, bound]) =>
      ratioProblem(`${name} max limit to request ratio per ${item.type} is ${bound}`, bound, {
        request: own(requests, name),
        limit: own(limits, name),
      }),
    ),
  ];
}

function sorted(amounts: Amounts | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Pair {
  readonly request: string | undefined;
  readonly limit?: string | undefined;
}

function minimumProblem(text: string, bound: string, { request, limit }: Pair): string[] {
  if (request === undefined) return [`${text}.  No request is specified`];
  if (compareQuantities(request, bound) < 0) return [`${text}, but request is ${request}`];
  return limit !== undefined && compareQuantities(limit, bound) < 0 ? [`${text}, but limit is ${limit}`] : [];
}

function maximumProblem(text: string, bound: string, { request, limit }: Pair): string[] {
  if (limit === undefined) return [`${text}.  No limit is specified`];
  if (compareQuantities(limit, bound) > 0) return [`${text}, but limit is ${limit}`];
  return request !== undefined && compareQuantities(request, bound) > 0 ? [`${text}, but request is ${request}`] : [];
}

function ratioProblem(text: string, bound: string, { request, limit }: Pair): string[] {
  const asked = parseQuantity(request ?? "0").nanos;
  const allowed = parseQuantity(limit ?? "0").nanos;
  if (asked === 0n) return [`${text}, but no request is specified or request is 0`];
  if (allowed === 0n) return [`${text}, but no limit is specified or limit is 0`];
  const ratio = Number(allowed) / Number(asked);
  return ratio > Number(parseQuantity(bound).nanos) / 1e9 ? [`${text}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
