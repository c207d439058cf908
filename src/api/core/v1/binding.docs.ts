import { kindDocs, type StructDoc } from "../../doc.ts";
import { Binding } from "./binding.ts";

export const bindingDocs: readonly StructDoc[] = [
  ...kindDocs(Binding, "Places a pod on a node; the pod is the one in metadata, or in the address of the request.", {
    target: "The node.",
  }),
];
