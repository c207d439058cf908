import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  NetworkPolicy,
  NetworkPolicySpec,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  IPBlock,
  NetworkPolicyPort,
} from "./networkpolicy.ts";

export const networkpolicyDocs: readonly StructDoc[] = [
  ...kindDocs(
    NetworkPolicy,
    "Which traffic some pods may get and send; pods that no policy chooses may do everything.",
    {
      spec: "Which pods, and what traffic is allowed.",
    },
  ),
  doc(NetworkPolicySpec, "Which traffic some pods may get and send; policies for the same pods add up.", {
    podSelector: "Labels of the pods that the policy is for, in its namespace; empty for all.",
    ingress: "Traffic that the pods may get; with no rule, none.",
    egress: "Traffic that the pods may send; with no rule, none, if policyTypes names Egress.",
    policyTypes:
      "Ingress, Egress or both: directions that the policy restricts. Default Ingress, and Egress if there is a rule for it.",
  }),
  doc(NetworkPolicyEgressRule, "Traffic that may be sent; ports and receivers must both match.", {
    ports: "Ports of the receiver; empty for all.",
    to: "Receivers; empty for all.",
  }),
  doc(NetworkPolicyIngressRule, "Traffic that may be got; ports and senders must both match.", {
    ports: "Ports of the chosen pods; empty for all.",
    from: "Senders; empty for all.",
  }),
  doc(NetworkPolicyPeer, "Whom traffic may come from or go to: pods, or an address range.", {
    podSelector:
      "Labels of the pods; empty for all. They are in the policy's namespace unless namespaceSelector says others.",
    namespaceSelector: "Labels of the pods' namespaces; empty for all namespaces.",
    ipBlock: "Address range; not together with selectors.",
  }),
  doc(IPBlock, "An address range, without some parts.", {
    cidr: "Address range, such as 192.168.1.0/24 or 2001:db8::/64.",
    except: "Parts of cidr to leave out.",
  }),
  doc(NetworkPolicyPort, "A port, or a range of them.", {
    protocol: "TCP (default), UDP or SCTP.",
    port: "Number or name of the port; absent for all ports.",
    endPort: "Last port of a range that begins with port, which must then be a number.",
  }),
];
