import { microTime, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LeaseCandidate as Stable } from "../v1beta1/leasecandidate.ts";
import { storedAs } from "../../storage.ts";

const LeaseCandidateSpec = struct("io.k8s.api.coordination.v1alpha2.LeaseCandidateSpec", () => ({
  leaseName: string(1, { always: true, required: true }),
  pingTime: microTime(2, { ptr: true }),
  renewTime: microTime(3, { ptr: true }),
  binaryVersion: string(4, { always: true, required: true }),
  emulationVersion: string(5),
  strategy: string(6, { required: true }),
}));
export interface LeaseCandidateSpec extends Infer<typeof LeaseCandidateSpec> {}

export const LeaseCandidate = kind({
  name: "io.k8s.api.coordination.v1alpha2.LeaseCandidate",
  group: "coordination.k8s.io",
  version: "v1alpha2",
  kind: "LeaseCandidate",
  plural: "leasecandidates",
  scope: "Namespaced",
  rules: { deprecation: "coordination.k8s.io/v1alpha2 LeaseCandidate is deprecated in v1.35+, unavailable in v1.38+" },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, LeaseCandidateSpec, { required: true }),
  }),
});
export interface LeaseCandidate extends InferKind<typeof LeaseCandidate> {}
