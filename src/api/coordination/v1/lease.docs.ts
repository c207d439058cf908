import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { LeaseSpec, Lease } from "./lease.ts";

export const leaseDocs: readonly StructDoc[] = [
  doc(LeaseSpec, "Who holds a lease, and until when.", {
    holderIdentity: "Who holds the lease; empty if nobody does.",
    leaseDurationSeconds: "Seconds after renewTime when others may take the lease.",
    acquireTime: "When the holder got the lease.",
    renewTime: "When the holder last renewed the lease.",
    leaseTransitions: "How often the lease went to another holder.",
    strategy:
      "How the next leader is picked in elections that the server coordinates; needs the feature gate CoordinatedLeaderElection.",
    preferredHolder:
      "Who should have the lease; the holder then gives it up. Needs strategy and the feature gate CoordinatedLeaderElection.",
  }),
  ...kindDocs(Lease, "A claim that runs out unless it is renewed: heartbeats of nodes, locks of leaders.", {
    spec: "Who holds the lease, and until when.",
  }),
];
