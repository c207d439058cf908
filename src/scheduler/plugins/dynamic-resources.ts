import { type DynamicResourceClaim, type Node, nodeSelectorMatches, type Pod } from "../../api/index.ts";
import { allocate, type SelectorCheck } from "../allocate.ts";
import { selectsDevice } from "../device-selectors.ts";
import { claimNamesOf, deviceKey, type Devices } from "../devices.ts";
import type { Plugin, Preparation, Rejection, Reservation } from "../framework.ts";

const no = (reason: string): Rejection => ({ reasons: [reason], resolvable: false });
const ELSEWHERE = no("resourceclaim not available on the node");
const NOT_ALL = no("cannot allocate all claims");
const USERS_MAX = 256;

interface Notes {
  readonly claims: readonly DynamicResourceClaim[];
  readonly taken: ReadonlySet<string>;
}

/** Devices that pods ask for through resource claims: taken from one node, or where the claim has them already. */
export function dynamicResources(devices: Devices): Plugin {
  return {
    name: "DynamicResources",
    events: ["devicesChanged", "nodeApplied", "podDeleted"],
    isGated: (pod) => missingClaim(pod, devices),
    prepare: (pod) => prepare(pod, devices),
    filter: (_pod, { node }, notes) => problemOn(node, notes as Notes, devices),
    reserve: (pod, { node }, notes) => (notes ? reserve(pod, node, { notes: notes as Notes, devices }) : undefined),
    afterFilter: (_pod, notes) => (notes ? "still not schedulable" : "no new claims to deallocate"),
  };
}

/** A pod isn't even tried before its claims are there. */
function missingClaim(pod: Pod, devices: Devices): boolean {
  return claimNamesOf(pod).some((name) => name === undefined || !devices.claim(pod.metadata.namespace, name));
}

function prepare(pod: Pod, devices: Devices): Preparation {
  const names = claimNamesOf(pod);
  if (names.length === 0) return { skipFilter: true, skipScore: true };
  const { namespace, uid } = pod.metadata;
  const claims = names.map((name) => (name === undefined ? undefined : devices.claim(namespace, name)));
  for (const [index, claim] of claims.entries()) {
    if (!claim) return { reject: no(`resourceclaim.resource.k8s.io "${names[index]}" not found`) };
    const { metadata, status } = claim;
    if (metadata.deletionTimestamp) return { reject: no(`resourceclaim "${metadata.name}" is being deleted`) };
    const users = status?.reservedFor ?? [];
    if (users.length >= USERS_MAX && !users.some((one) => one.uid === uid))
      return { reject: no("resourceclaim in use") };
  }
  const taken = new Set(devices.taken);
  for (const { status } of devices.claims())
    for (const result of status?.allocation?.devices?.results ?? []) taken.add(deviceKey(result));
  return { notes: { claims: claims as DynamicResourceClaim[], taken } satisfies Notes };
}

function problemOn(node: Node, { claims, taken }: Notes, devices: Devices): Rejection | undefined {
  for (const { status } of claims) {
    const selector = status?.allocation?.nodeSelector;
    if (selector && !nodeSelectorMatches(selector, node)) return ELSEWHERE;
  }
  return allocateAll(node, { claims, taken }, devices) ? undefined : NOT_ALL;
}

type Allocations = ReadonlyMap<DynamicResourceClaim, object>;

/** What each claim without devices gets on a node. */
function allocateAll(node: Node, { claims, taken }: Notes, devices: Devices): Allocations | undefined {
  const all = new Map<DynamicResourceClaim, object>();
  const used = new Set(taken);
  for (const claim of claims) {
    if (claim.status?.allocation) continue;
    const allocation = allocate({
      claim,
      node,
      slices: devices.slices(),
      deviceClass: (name) => devices.deviceClass(name),
      taken: used,
      selects,
    });
    if (!allocation) return undefined;
    all.set(claim, allocation);
    for (const key of keysOf(allocation)) used.add(key);
  }
  return all;
}

/** A selector that has no value for a device fails the pod: a wrong device would be worse than none. */
const selects: SelectorCheck = (expression, candidate, { of, index }) => {
  try {
    return selectsDevice(expression, candidate);
  } catch (error) {
    const what = `${of}: selector #${index}: ${(error as Error).message}`;
    throw new Error(`running "DynamicResources" filter plugin: ${what}`, { cause: error });
  }
};

function keysOf(allocation: object): readonly string[] {
  const { devices } = allocation as { devices: { results: Parameters<typeof deviceKey>[0][] } };
  return devices.results.map(deviceKey);
}

function reserve(pod: Pod, node: Node, { notes, devices }: { notes: Notes; devices: Devices }): Reservation {
  const allocations = allocateAll(node, notes, devices) ?? new Map();
  const keys = [...allocations.values()].flatMap(keysOf);
  for (const key of keys) devices.taken.add(key);
  const undo = () => {
    for (const key of keys) devices.taken.delete(key);
  };
  return {
    async commit(signal) {
      for (const claim of notes.claims) {
        const isUser = claim.status?.reservedFor?.some(({ uid }) => uid === pod.metadata.uid);
        if (!isUser) await devices.reserve(claim, { pod, allocation: allocations.get(claim) }, signal);
      }
      undo();
    },
    undo,
  };
}
