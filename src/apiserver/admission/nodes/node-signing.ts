import { type CertificateSigningRequest, signingRequestProblem } from "../../../api/index.ts";
import { parseCertificateRequest } from "../../../pki/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";

const OF_NODES = ["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"];

/** A node asks for certificates of its own name only, where they would make somebody a node. */
export function restrictSigning({ operation, object }: AdmissionRequest, node: string): string | undefined {
  if (operation !== "CREATE") return undefined;
  const { signerName, request } = (object as unknown as CertificateSigningRequest).spec;
  if (!OF_NODES.includes(signerName)) return undefined;
  const problem = signingRequestProblem(request);
  if (problem !== undefined) return `unable to parse csr: ${problem}`;
  const wanted = `system:node:${node}`;
  return commonNameOf(request) === wanted ? undefined : `can only create a node CSR with CN=${wanted}`;
}

function commonNameOf(request: string): string | undefined {
  try {
    return parseCertificateRequest(Buffer.from(request, "base64").toString("latin1")).subject.commonName;
  } catch {
    // Who hasn't the key is told so later.
    return undefined;
  }
}
