import { list, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { APIGroup } from "./apigroup.ts";

export const APIGroupList = struct("io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList", () => ({
  ...typeMeta(),
  groups: list(1, APIGroup, { always: true, required: true, list: "atomic" }),
}));
export interface APIGroupList extends Infer<typeof APIGroupList> {}
