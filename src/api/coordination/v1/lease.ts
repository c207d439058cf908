import { int32, microTime, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const LeaseSpec = struct("io.k8s.api.coordination.v1.LeaseSpec", () => ({
  holderIdentity: string(1, { ptr: true }),
  leaseDurationSeconds: int32(2, { ptr: true }),
  acquireTime: microTime(3, { ptr: true }),
  renewTime: microTime(4, { ptr: true }),
  leaseTransitions: int32(5, { ptr: true }),
  strategy: string(6, { ptr: true, gates: ["CoordinatedLeaderElection"] }),
  preferredHolder: string(7, { ptr: true, gates: ["CoordinatedLeaderElection"] }),
}));
export interface LeaseSpec extends Infer<typeof LeaseSpec> {}

export const Lease = kind({
  name: "io.k8s.api.coordination.v1.Lease",
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  rules: { createdByUpdate: true, renewed: true },
  scope: "Namespaced",
  fields: () => ({
    spec: ref(2, LeaseSpec),
  }),
});
export interface Lease extends InferKind<typeof Lease> {}
