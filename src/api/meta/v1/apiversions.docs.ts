import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { APIVersions } from "./apiversions.ts";

export const apiversionsDocs: readonly StructDoc[] = [
  doc(APIVersions, "The versions of the core group.", {
    ...TYPE_META,
    versions: "Versions that are served.",
    serverAddressByClientCIDRs: "Addresses of the server for clients in different networks.",
  }),
];
