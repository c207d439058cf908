import { own } from "../../../base/index.ts";
import {
  addAmounts,
  type Amounts,
  compareQuantities,
  type Evaluator,
  evaluatorOf,
  excessAmounts,
  forbidden,
  isConflict,
  isNotFound,
  pickAmounts,
  quotaMatches,
  ResourceQuota,
  withoutZeros,
} from "../../../api/index.ts";
import { failed } from "../refused.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import type { ConfigObject } from "../../configuration.ts";
import {
  type LimitedResource,
  limitedNames,
  readLimitedResources,
  scopesText,
  uncoveredScopes,
} from "./limited-resources.ts";

/** Notes what a quota has given out; throws a conflict when someone else changed it since it was read. */
export type ChargeQuota = (quota: ResourceQuota, used: Amounts) => Promise<void>;

const CHARGE_TRIES = 20;

/** Refuses what would take more of a namespace than its quotas allow, and counts what they allow. */
export function resourceQuota(charge: ChargeQuota, configuration: ConfigObject | undefined): AdmissionPlugin {
  const allLimited = readLimitedResources(configuration);
  return {
    name: "ResourceQuota",
    async validate(request) {
      if (!isCounted(request)) return;
      const { group, plural } = request.kind;
      const limited = allLimited.filter((one) => one.group === group && one.plural === plural);
      const quotas = await quotasOf(request);
      // Most namespaces have none.
      if (quotas.length === 0 && limited.length === 0) return;
      const asked = askedOf(request);
      const matching = quotas.filter((quota) => matches(request, quota, asked));
      for (const quota of matching) requireSaid(request, quota, asked);
      if (Object.keys(asked.delta).length === 0) return;
      if (limited.length > 0) requireCovered(request, { limited, quotas, matching, evaluator: asked.evaluator });
      // All are asked before any is charged, so that a refusal leaves no trace.
      for (const quota of matching) usedAfter(request, quota, asked.delta);
      if (request.dryRun) return;
      for (const quota of matching) await chargeOne(request, { quota, delta: asked.delta, charge });
    },
  };
}

interface Asked {
  readonly evaluator: Evaluator<never>;
  /** What is taken more than before. */
  readonly delta: Amounts;
}

function isCounted({ operation, kind, subresource, namespace, object }: AdmissionRequest): boolean {
  if (!object || namespace === "" || kind.scope !== "Namespaced") return false;
  if (subresource !== "") return subresource === "resize" && kind.plural === "pods";
  return operation === "CREATE" || (operation === "UPDATE" && evaluatorOf(kind).changes === true);
}

function askedOf({ operation, kind, object, oldObject }: AdmissionRequest): Asked {
  const evaluator = evaluatorOf(kind);
  const usage = evaluator.usage(object as never);
  const delta = operation === "UPDATE" ? excessAmounts(usage, evaluator.usage(oldObject as never)) : usage;
  return { evaluator, delta: withoutZeros(delta) };
}

/** The namespace's quotas, by name. */
async function quotasOf({ reads, namespace }: AdmissionRequest): Promise<ResourceQuota[]> {
  const quotas = await reads.list(ResourceQuota, namespace);
  return [...quotas].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function matches({ object }: AdmissionRequest, quota: ResourceQuota, { evaluator }: Asked): boolean {
  return quotaMatches(quota, evaluator, object as never);
}

function requireSaid({ kind, name, object }: AdmissionRequest, quota: ResourceQuota, { evaluator }: Asked): void {
  const names = Object.keys(quota.status.hard ?? {}).filter(evaluator.counts);
  const missing = evaluator.missing?.(object as never, names);
  if (missing) throw forbidden(kind, name, `failed quota: ${quota.metadata.name}: ${missing}`);
  const used = quota.status.used ?? {};
  const unknown = names.filter((one) => own(used, one) === undefined);
  if (unknown.length > 0) {
    const why = `status unknown for quota: ${quota.metadata.name}, resources: ${unknown.sort().join(",")}`;
    throw forbidden(kind, name, why);
  }
}

interface Limits {
  readonly limited: readonly LimitedResource[];
  readonly quotas: readonly ResourceQuota[];
  readonly matching: readonly ResourceQuota[];
  readonly evaluator: Evaluator<never>;
}

/** What is limited by itself can't be had without a quota. */
function requireCovered(request: AdmissionRequest, { limited, quotas, matching, evaluator }: Limits): void {
  const { kind, name, object } = request;
  const given = new Set(matching.flatMap(({ status }) => Object.keys(status.hard ?? {}).filter(evaluator.counts)));
  const missing = limitedNames(limited, evaluator.usage(object as never)).filter((one) => !given.has(one));
  if (missing.length > 0) throw forbidden(kind, name, `insufficient quota to consume: ${missing.sort().join(",")}`);
  const scopes = uncoveredScopes(limited, object as never, { evaluator, quotas });
  if (scopes.length > 0) throw failed(`insufficient quota to match these scopes: ${scopesText(scopes)}`);
}

/** What a quota has given out after this too; throws when it is more than there is. */
function usedAfter({ kind, name }: AdmissionRequest, { metadata, status }: ResourceQuota, delta: Amounts): Amounts {
  const { hard = {}, used = {} } = status;
  const requested = pickAmounts(delta, Object.keys(hard));
  const after = addAmounts(used, requested);
  const exceeded = Object.keys(requested).filter((one) => compareQuantities(after[one]!, hard[one]!) > 0);
  if (exceeded.length === 0) return after;
  const [wanted, given, limit] = [requested, used, hard].map((amounts) => textOf(pickAmounts(amounts, exceeded)));
  const why = `exceeded quota: ${metadata.name}, requested: ${wanted}, used: ${given}, limited: ${limit}`;
  throw forbidden(kind, name, why);
}

function textOf(amounts: Amounts): string {
  const names = Object.keys(amounts).sort();
  return names.map((name) => `${name}=${amounts[name]}`).join(",");
}

interface Charge {
  readonly quota: ResourceQuota;
  readonly delta: Amounts;
  readonly charge: ChargeQuota;
}

/** Another write may have charged the quota meanwhile: look again at what is left of it. */
async function chargeOne(request: AdmissionRequest, { quota, delta, charge }: Charge): Promise<void> {
  let current: ResourceQuota | undefined = quota;
  for (let tries = 1; current; tries++) {
    const used = usedAfter(request, current, delta);
    try {
      if (Object.keys(pickAmounts(delta, Object.keys(current.status.hard ?? {}))).length === 0) return;
      return await charge(current, used);
    } catch (error) {
      // A quota that is gone limits nothing.
      if (isNotFound(error)) return;
      if (!isConflict(error) || tries === CHARGE_TRIES) throw error;
      const { namespace, name } = quota.metadata;
      current = await request.reads.get(ResourceQuota, { namespace, name });
    }
  }
}
