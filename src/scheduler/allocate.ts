import {
  type DeviceClass,
  type DynamicResourceClaim,
  type Node,
  nodeSelectorMatches,
  type ResourceSlice,
  tolerates,
} from "../api/index.ts";
import { type DeviceResult, deviceKey } from "./devices.ts";

/** Whether a device meets an expression; `place` says which of the class's or the claim's it is. */
export type SelectorCheck = (expression: string, candidate: Candidate, place: SelectorPlace) => boolean;

export interface SelectorPlace {
  /** "class NAME" or "claim NAMESPACE/NAME". */
  readonly of: string;
  readonly index: number;
}

/** A device that can be had from a node, with the slice that offers it. */
export interface Candidate {
  readonly slice: ResourceSlice;
  readonly device: NonNullable<ResourceSlice["spec"]["devices"]>[number];
  readonly key: string;
}

export interface AllocateInput {
  readonly claim: DynamicResourceClaim;
  readonly node: Node;
  readonly slices: readonly ResourceSlice[];
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly taken: ReadonlySet<string>;
  readonly selects: SelectorCheck;
}

type Request = NonNullable<DynamicResourceClaim["spec"]["devices"]["requests"]>[number];
type Wanted = NonNullable<Request["exactly"]> & { readonly name: string };

/** Devices of a node for all requests of a claim; undefined when they can't all be had. Pure. */
export function allocate(input: AllocateInput): object | undefined {
  const { claim, slices, node } = input;
  const candidates = offered(slices, node);
  const requests = claim.spec.devices.requests ?? [];
  const picked = pick(input, candidates, requests);
  if (!picked) return undefined;
  const results = picked.map(({ request, candidate: { slice, device } }): DeviceResult => {
    const { driver, pool } = slice.spec;
    return { request, driver, pool: pool.name, device: device.name } as DeviceResult;
  });
  const config = configOf(
    input,
    picked.map(({ request }) => request),
  );
  const nodeSelector = selectorOf(picked.map(({ candidate }) => candidate.slice));
  return { devices: { results, ...(config.length > 0 && { config }) }, ...(nodeSelector && { nodeSelector }) };
}

interface Picked {
  readonly request: string;
  readonly candidate: Candidate;
}

/** Tries the devices in order, and steps back where a choice leaves too little for what follows. */
function pick(
  input: AllocateInput,
  candidates: readonly Candidate[],
  [first, ...rest]: readonly Request[],
  picked: readonly Picked[] = [],
): readonly Picked[] | undefined {
  if (!first) return picked;
  for (const wanted of alternativesOf(first)) {
    const used = new Set([...input.taken, ...picked.map(({ candidate }) => candidate.key)]);
    const fitting = candidates.filter((candidate) => fits(input, wanted, candidate));
    for (const chosen of choices(wanted, fitting, used)) {
      const all = [...picked, ...chosen.map((candidate) => ({ request: wanted.name, candidate }))];
      const found = agree(input.claim, all) ? pick(input, candidates, rest, all) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** A request's ways of being met, best first. */
function alternativesOf({ name, exactly, firstAvailable }: Request): readonly Wanted[] {
  if (exactly) return [{ ...exactly, name }];
  return (firstAvailable ?? []).map((one) => ({ ...one, name: `${name}/${one.name}` }) as Wanted);
}

function* choices(
  wanted: Wanted,
  fitting: readonly Candidate[],
  used: ReadonlySet<string>,
): Iterable<readonly Candidate[]> {
  const free = fitting.filter(({ key }) => !used.has(key));
  if (wanted.allocationMode === "All") {
    // All means all that there are, not all that are left.
    if (free.length === fitting.length && free.length > 0) yield free;
    return;
  }
  yield* combinations(free, wanted.count ?? 1);
}

function* combinations(free: readonly Candidate[], count: number): Iterable<readonly Candidate[]> {
  if (count === 0) yield [];
  else
    for (let index = 0; index + count <= free.length; index++)
      for (const others of combinations(free.slice(index + 1), count - 1)) yield [free[index]!, ...others];
}

function fits({ claim, deviceClass, selects }: AllocateInput, wanted: Wanted, candidate: Candidate): boolean {
  const known = deviceClass(wanted.deviceClassName);
  if (!known) return false;
  const taints = candidate.device.taints ?? [];
  if (taints.some((taint) => taint.effect !== "None" && !tolerates(wanted.tolerations as never, taint as never)))
    return false;
  const { namespace, name } = claim.metadata;
  const meets = (selectors: Wanted["selectors"], of: string) =>
    (selectors ?? []).every(({ cel }, index) => !cel || selects(cel.expression, candidate, { of, index }));
  return (
    meets(known.spec.selectors, `class ${known.metadata.name}`) && meets(wanted.selectors, `claim ${namespace}/${name}`)
  );
}

/** Whether devices that must have an attribute in common do. */
function agree({ spec }: DynamicResourceClaim, picked: readonly Picked[]): boolean {
  return (spec.devices.constraints ?? []).every(({ requests, matchAttribute }) => {
    if (!matchAttribute) return true;
    const concerned = picked.filter(({ request }) => !requests?.length || requests.includes(request.split("/")[0]!));
    const values = concerned.map(({ candidate }) => JSON.stringify(attributeOf(candidate, matchAttribute) ?? null));
    return !values.includes("null") && new Set(values).size <= 1;
  });
}

function attributeOf({ device, slice }: Candidate, name: string): unknown {
  const [domain, short] = name.split("/");
  const attributes = (device.attributes ?? {}) as Readonly<Record<string, unknown>>;
  return attributes[name] ?? (domain === slice.spec.driver ? attributes[short!] : undefined);
}

/** Devices of complete pools that a node can reach. */
function offered(slices: readonly ResourceSlice[], node: Node): readonly Candidate[] {
  const pools = Map.groupBy(slices, ({ spec }) => `${spec.driver}/${spec.pool.name}`);
  return [...pools.values()].flatMap((all) => {
    const generation = Math.max(...all.map(({ spec }) => spec.pool.generation));
    const newest = all.filter(({ spec }) => spec.pool.generation === generation);
    if (newest.length !== newest[0]!.spec.pool.resourceSliceCount) return [];
    return newest.filter((slice) => reaches(slice, node)).flatMap(devicesOf);
  });
}

function reaches({ spec: { nodeName, nodeSelector, allNodes } }: ResourceSlice, node: Node): boolean {
  if (nodeName) return nodeName === node.metadata.name;
  if (nodeSelector) return nodeSelectorMatches(nodeSelector, node);
  return allNodes === true;
}

function devicesOf(slice: ResourceSlice): Candidate[] {
  const { driver, pool, devices = [] } = slice.spec;
  return devices.map((device) => ({ slice, device, key: deviceKey({ driver, pool: pool.name, device: device.name }) }));
}

/** What drivers are told: first by the classes, then by the claim. */
function configOf({ claim, deviceClass }: AllocateInput, used: readonly string[]): readonly object[] {
  const fromClasses = (claim.spec.devices.requests ?? []).flatMap((request) =>
    alternativesOf(request)
      .filter(({ name }) => used.includes(name))
      .flatMap(({ name, deviceClassName }) =>
        (deviceClass(deviceClassName)?.spec.config ?? []).map((one) => ({
          ...one,
          source: "FromClass",
          requests: [name],
        })),
      ),
  );
  const fromClaim = (claim.spec.devices.config ?? []).map((one) => ({ ...one, source: "FromClaim" }));
  return [...fromClasses, ...fromClaim];
}

/** Where the devices can be used; undefined for everywhere. */
function selectorOf(slices: readonly ResourceSlice[]): object | undefined {
  const local = slices.find(({ spec }) => spec.nodeName);
  if (local) {
    const matchFields = [{ key: "metadata.name", operator: "In", values: [local.spec.nodeName] }];
    return { nodeSelectorTerms: [{ matchFields }] };
  }
  const terms = [...new Set(slices)].flatMap(({ spec }) => spec.nodeSelector?.nodeSelectorTerms.slice(0, 1) ?? []);
  if (terms.length === 0) return undefined;
  if (terms.length === 1) return { nodeSelectorTerms: terms };
  const matchExpressions = terms.flatMap((term) => term.matchExpressions ?? []);
  const matchFields = terms.flatMap((term) => term.matchFields ?? []);
  return {
    nodeSelectorTerms: [
      { ...(matchExpressions.length > 0 && { matchExpressions }), ...(matchFields.length > 0 && { matchFields }) },
    ],
  };
}
