import { list, scalar, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ServerAddressByClientCIDR } from "./apigroup.ts";

export const APIVersions = struct("io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions", () => ({
  ...typeMeta(),
  versions: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  serverAddressByClientCIDRs: list(2, ServerAddressByClientCIDR, { always: true, required: true, list: "atomic" }),
}));
export interface APIVersions extends Infer<typeof APIVersions> {}
