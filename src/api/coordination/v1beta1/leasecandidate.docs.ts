import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { LeaseCandidateSpec, LeaseCandidate } from "./leasecandidate.ts";

export const leasecandidateDocs: readonly StructDoc[] = [
  doc(LeaseCandidateSpec, "Who would lead, and with which version.", {
    leaseName: "Name of the lease that the candidate wants; it cannot change.",
    pingTime: "When the server last asked whether the candidate is there.",
    renewTime: "When the candidate last said that it is there.",
    binaryVersion: "Version of the candidate's program.",
    emulationVersion: "Version that the candidate behaves as; not above binaryVersion.",
    strategy: "How the leader should be picked, such as OldestEmulationVersion.",
  }),
  ...kindDocs(LeaseCandidate, "Somebody who would take a lease, for coordinated elections.", {
    spec: "The candidate and the lease it wants.",
  }),
];
