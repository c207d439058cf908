import { doc, type StructDoc } from "../../doc.ts";
import { GroupResource } from "./groupresource.ts";

export const groupresourceDocs: readonly StructDoc[] = [
  doc(GroupResource, "A resource of an API group.", {
    group: "Name of the group; empty for the core group.",
    resource: "Plural name of the resource.",
  }),
];
