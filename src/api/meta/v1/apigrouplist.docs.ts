import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { APIGroupList } from "./apigrouplist.ts";

export const apigrouplistDocs: readonly StructDoc[] = [
  doc(APIGroupList, "All API groups but the core one.", {
    ...TYPE_META,
    groups: "The groups.",
  }),
];
