import { CertificateSigningRequest, forbidden, type KindDefinition } from "../../api/index.ts";
import { parseCertificateRequest } from "../../pki/index.ts";
import { jsonEqual } from "../../base/index.ts";
import { decide } from "../authz/decide.ts";
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from "../contracts.ts";

const KIND = CertificateSigningRequest as unknown as KindDefinition;
const RESOURCES = [`${KIND.group}/${KIND.plural}`];
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
const MASTERS = "system:masters";

/** Notes on a request who makes it, which nobody can say of himself. */
export const certificateRequester: AdmissionPlugin = {
  name: "CertificateRequester",
  resources: RESOURCES,
  async admit({ operation, kind, object, user, subresource }) {
    if (kind !== KIND || operation !== "CREATE" || subresource !== "" || !object) return;
    const { name, uid, groups, extra } = user;
    const spec = object.spec as Record<string, unknown>;
    for (const one of ["username", "uid", "groups", "extra"]) delete spec[one];
    Object.assign(spec, {
      username: name,
      ...(uid && { uid }),
      ...(groups && groups.length > 0 && { groups }),
      ...(extra && Object.keys(extra).length > 0 && { extra }),
    });
  },
};

/** Keeps anybody from asking for a certificate that may do everything. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  resources: RESOURCES,
  async validate({ operation, kind, object, name, subresource }) {
    if (kind !== KIND || operation !== "CREATE" || subresource !== "" || !object) return;
    const { signerName, request } = object.spec as { signerName?: string; request?: string };
    if (signerName !== CLIENT_SIGNER || !request) return;
    if (!organizationsOf(request).includes(MASTERS)) return;
    const why = `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`;
    throw forbidden(KIND, name, why);
  },
};

function organizationsOf(request: string): readonly string[] {
  try {
    return parseCertificateRequest(Buffer.from(request, "base64").toString("latin1")).subject.organizations ?? [];
  } catch {
    // What can't be read is refused by the rules of the request itself.
    return [];
  }
}

/** Who decides about requests of a signer needs the right to approve for it. */
export function certificateApproval(authorizers: readonly Authorizer[]): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    resources: RESOURCES,
    async validate(request) {
      if (request.kind !== KIND || request.subresource !== "approval") return;
      await checkSigner(request, { verb: "approve", authorizers });
    },
  };
}

/** Who signs, or says that signing failed, needs the right to sign. */
export function certificateSigning(authorizers: readonly Authorizer[]): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    resources: RESOURCES,
    async validate(request) {
      if (request.kind !== KIND || request.subresource !== "status" || !request.object) return;
      const now = request.object.status as { certificate?: string; conditions?: unknown };
      const before = (request.oldObject as CertificateSigningRequest).status;
      const same =
        now.certificate === before.certificate && JSON.stringify(now.conditions) === JSON.stringify(before.conditions);
      if (!same) await checkSigner(request, { verb: "sign", authorizers });
    },
  };
}

async function checkSigner(
  request: AdmissionRequest,
  { verb, authorizers }: { readonly verb: "approve" | "sign"; readonly authorizers: readonly Authorizer[] },
): Promise<void> {
  const { oldObject, name, operation } = request;
  if (operation !== "UPDATE") return;
  const { signerName } = (oldObject as CertificateSigningRequest).spec;
  if (await maySpeakFor(signerName, request, { verb, authorizers })) return;
  throw forbidden(KIND, name, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}

/** Who says which authorities a signer stands for needs the right to attest for it. */
export function clusterTrustBundleAttest(authorizers: readonly Authorizer[]): AdmissionPlugin {
  return {
    name: "ClusterTrustBundleAttest",
    resources: ["certificates.k8s.io/clustertrustbundles"],
    async validate(request) {
      const { operation, kind, name, object, oldObject } = request;
      if (operation !== "CREATE" && operation !== "UPDATE") return;
      const specOf = (bundle: unknown) => (bundle as { spec?: { signerName?: string } } | undefined)?.spec ?? {};
      const { signerName } = specOf(object);
      if (!signerName || (operation === "UPDATE" && jsonEqual(specOf(object), specOf(oldObject)))) return;
      if (await maySpeakFor(signerName, request, { verb: "attest", authorizers })) return;
      throw forbidden(kind, name, `user not permitted to attest for signerName ${JSON.stringify(signerName)}`);
    },
  };
}

/** Whether the user has a right of a signer's, or of all signers' of its domain. */
async function maySpeakFor(
  signerName: string,
  { user }: AdmissionRequest,
  { verb, authorizers }: { readonly verb: string; readonly authorizers: readonly Authorizer[] },
): Promise<boolean> {
  const domain = signerName.split("/")[0]!;
  for (const name of [signerName, `${domain}/*`]) {
    const attributes = {
      isResource: true,
      path: "",
      verb,
      group: "certificates.k8s.io",
      version: "*",
      resource: "signers",
      subresource: "",
      rest: "",
      namespace: "",
      name,
      user,
    };
    if ((await decide(attributes, authorizers)).isAllowed) return true;
  }
  return false;
}
