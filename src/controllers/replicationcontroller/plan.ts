import type { ReplicaSet, ReplicationController } from "../../api/index.ts";

/** A ReplicationController as the ReplicaSet that would do the same. */
export function asReplicaSet({ spec, status, ...rest }: ReplicationController): ReplicaSet {
  const { selector, ...others } = spec;
  return {
    ...rest,
    spec: { ...others, selector: { matchLabels: selector ?? {} } },
    status,
  } as unknown as ReplicaSet;
}

/** A ReplicaSet's status as a ReplicationController has it: it doesn't count the pods on their way out. */
export function asControllerStatus({
  terminatingReplicas: _unsaid,
  ...status
}: ReplicaSet["status"]): ReplicationController["status"] {
  return status as ReplicationController["status"];
}
