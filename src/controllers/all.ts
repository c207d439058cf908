import type { ControllerDefinition } from "./common/environment.ts";
import { startDeploymentController } from "./deployment/controller.ts";
import { startReplicaSetController } from "./replicaset/controller.ts";

/** Every controller: a new one is a folder and a line here. */
export const controllers: readonly ControllerDefinition[] = [
  { name: "replicaset-controller", account: "replicaset-controller", start: startReplicaSetController },
  { name: "deployment-controller", account: "deployment-controller", start: startDeploymentController },
];
