import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { ServiceProxyOptions } from "./serviceproxyoptions.ts";

export const serviceproxyoptionsDocs: readonly StructDoc[] = [
  doc(ServiceProxyOptions, "A request to pass on to a service.", {
    ...TYPE_META,
    path: "Path of the request at the service.",
  }),
];
