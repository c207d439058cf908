import type { Service } from "../../../api/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import { refused } from "../refused.ts";

/** Services take no external addresses, with which anybody could draw others' traffic to himself. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: "DenyServiceExternalIPs",
  resources: ["/services"],
  async validate(request) {
    const { operation, subresource, object, oldObject } = request;
    if (subresource !== "" || (operation !== "CREATE" && operation !== "UPDATE")) return;
    const addressesOf = (service: unknown) => (service as Service | undefined)?.spec?.externalIPs ?? [];
    const before = new Set(addressesOf(oldObject));
    if (addressesOf(object).every((address) => before.has(address))) return;
    throw refused(request, "Use of external IPs is denied by admission control");
  },
};
