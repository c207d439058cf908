import {
  addAmounts,
  type Amounts,
  type Evaluator,
  type KubeObject,
  pickAmounts,
  quotaMatches,
  type ResourceQuota,
} from "../../api/index.ts";

/** Objects of one kind in the quota's namespace. */
export interface Counted {
  readonly evaluator: Evaluator<never>;
  readonly objects: readonly KubeObject[];
}

/** What a quota's status should say, given everything that is there. */
export function statusOf(quota: ResourceQuota, counted: readonly Counted[]): ResourceQuota["status"] {
  const hard = quota.spec.hard ?? {};
  const names = Object.keys(hard);
  // Counts what is wanted now, not what was when the status was written last.
  const wanted = { ...quota, status: { ...quota.status, hard } };
  let used: Amounts = Object.fromEntries(names.map((name) => [name, "0"]));
  for (const { evaluator, objects } of counted) {
    for (const object of objects) {
      if (!quotaMatches(wanted, evaluator, object as never)) continue;
      used = addAmounts(used, pickAmounts(evaluator.usage(object as never), names));
    }
  }
  return { hard, used } as ResourceQuota["status"];
}
