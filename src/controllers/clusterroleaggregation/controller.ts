import { jsonEqual } from "../../base/index.ts";
import { ClusterRole } from "../../api/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { aggregatedRules } from "./plan.ts";

/** Fills roles that are made of other roles. */
export async function startClusterRoleAggregationController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const roles = informers.for(ClusterRole);
  const queue = reconcileKeys(environment, {
    name: "clusterrole-aggregation",
    workers: 5,
    synced: [roles.synced],
    async reconcile(name, signal) {
      const role = roles.get({ name });
      const rules = role && aggregatedRules(role, roles.list());
      if (!role || !rules || jsonEqual(rules, role.rules ?? [])) return undefined;
      const desired = { metadata: { name }, rules: rules.length > 0 ? rules : [] };
      const fieldManager = "clusterrole-aggregation-controller";
      await roles.expect(await client.apply(ClusterRole, desired, { fieldManager, force: true, signal }), signal);
      return undefined;
    },
  });
  roles.addIndex("aggregated", ({ aggregationRule }) => (aggregationRule ? ["true"] : []));
  const wake = () => {
    for (const { metadata } of roles.index("aggregated", "true")) queue.add(metadata.name);
  };
  roles.subscribe({ apply: wake, delete: wake });
}
