import {
  DynamicResourceClaim,
  type DeviceRequest,
  type KindDefinition,
  Namespace,
  ResourceClaimTemplate,
} from "../../api/index.ts";
import type { AdmissionPlugin } from "../contracts.ts";

const LABEL = "resource.kubernetes.io/admin-access";
const KINDS = [DynamicResourceClaim, ResourceClaimTemplate] as unknown as readonly KindDefinition[];

interface Claim {
  readonly devices?: { readonly requests?: readonly DeviceRequest[] };
}

/** Keeps claims on devices that others use to the namespaces that say they may have them. */
export const deviceAdminAccess: AdmissionPlugin = {
  name: "DeviceAdminAccess",
  resources: KINDS.map(({ group, plural }) => `${group}/${plural}`),
  async problems({ kind, object, namespace, subresource, reads }) {
    if (!KINDS.includes(kind) || subresource !== "" || !object) return [];
    const { spec } = object as { spec?: Claim & { readonly spec?: Claim } };
    const requests = (spec?.spec ?? spec)?.devices?.requests ?? [];
    const index = requests.findIndex(({ exactly }) => exactly?.adminAccess === true);
    if (index < 0) return [];
    const owner = await reads.get(Namespace, { name: namespace });
    if (owner?.metadata.labels?.[LABEL] === "true") return [];
    const detail = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;
    const path = `spec.devices.requests[${index}].adminAccess`;
    return [{ path, type: "Forbidden", detail }];
  },
};
