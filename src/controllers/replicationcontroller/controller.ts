import { ReplicationController } from "../../api/index.ts";
import type { ControllerEnvironment } from "../common/environment.ts";
import { startReplicaController } from "../replicaset/controller.ts";
import { asControllerStatus, asReplicaSet } from "./plan.ts";

/** Keeps as many pods of each ReplicationController as it wants. */
export async function startReplicationController(environment: ControllerEnvironment): Promise<void> {
  startReplicaController(environment, {
    kind: ReplicationController,
    component: "replication-controller",
    workers: environment.options.concurrentRcSyncs ?? 5,
    view: asReplicaSet,
    status: asControllerStatus,
  });
}
