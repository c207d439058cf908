import { conflict, type KindDefinition, MODIFIED, ResourceQuota } from "../../api/index.ts";
import type { ChargeQuota } from "../admission/quota/resource-quota.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";

const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };

/** Writes what quotas have given out, unless they changed since they were read. */
export function chargeQuotas(core: ServerCore): ChargeQuota {
  const kind = ResourceQuota as unknown as KindDefinition;
  return async ({ metadata: { namespace, name, resourceVersion } }, used) => {
    await core.registry(kind).update(systemContext(kind, namespace, name, "status"), {
      write: WRITE,
      subresource: "status",
      change: (current) => {
        if (current?.metadata.resourceVersion !== resourceVersion) throw conflict(kind, name, MODIFIED);
        const quota = structuredClone(current) as unknown as Json;
        return { ...quota, status: { ...(quota.status as Json), used } };
      },
    });
  };
}
