import { kindDocs, type StructDoc } from "../../doc.ts";
import { PodTemplate } from "./podtemplate.ts";

export const podtemplateDocs: readonly StructDoc[] = [
  ...kindDocs(PodTemplate, "A template for pods, kept as an object for others to use.", {
    template: "The template; changing it changes no pod that exists.",
  }),
];
