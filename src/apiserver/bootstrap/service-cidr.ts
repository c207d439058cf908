import { isAlreadyExists, type KindDefinition, type KubeObject, ServiceCIDR } from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import { systemContext } from "./bootstrap.ts";

const NAME = "kubernetes";
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };

/** Shows the range that this server was started with as an object, ready for use. */
export async function publishServiceCidr(core: ServerCore, cidr: string, clock: Clock): Promise<void> {
  const kind = ServiceCIDR as unknown as KindDefinition;
  const registry = core.registry(kind);
  const context = systemContext(kind, "", NAME);
  if (await registry.find("", NAME)) return;
  const object = registry.decode({ metadata: { name: NAME }, spec: { cidrs: cidr.split(",") } }).value;
  await registry.create(context, object, WRITE).catch((error) => {
    if (!isAlreadyExists(error)) throw error;
  });
  const ready = {
    type: "Ready",
    status: "True",
    reason: "",
    message: "Kubernetes default Service CIDR is ready",
    lastTransitionTime: formatTime(clock.now()),
  };
  await registry.update(context, {
    change: (now: KubeObject | undefined) => ({
      ...(structuredClone(now) as unknown as Json),
      status: { conditions: [ready] },
    }),
    write: WRITE,
    subresource: "status",
  });
}
