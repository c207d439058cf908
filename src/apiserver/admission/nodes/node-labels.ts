/** Labels that a kubelet may put on its node, although their names are Kubernetes' own. */
const KUBELET_LABELS = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.kubernetes.io/region",
  "failure-domain.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);
const KUBELET_DOMAINS = ["kubelet.kubernetes.io", "node.kubernetes.io"];
const KUBERNETES_DOMAINS = ["kubernetes.io", "k8s.io"];
const RESTRICTED_DOMAIN = "node-restriction.kubernetes.io";

/** Those of some labels that a kubelet may not set on its node, in order. */
export function forbiddenNodeLabels(keys: readonly string[]): string[] {
  return keys.filter(isForbidden).sort();
}

function isForbidden(key: string): boolean {
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  if (isIn(domain, RESTRICTED_DOMAIN)) return true;
  const isKubernetes = KUBERNETES_DOMAINS.some((one) => isIn(domain, one));
  return isKubernetes && !KUBELET_LABELS.has(key) && !KUBELET_DOMAINS.some((one) => isIn(domain, one));
}

function isIn(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
