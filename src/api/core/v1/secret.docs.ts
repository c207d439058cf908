import { kindDocs, type StructDoc } from "../../doc.ts";
import { Secret } from "./secret.ts";

export const secretDocs: readonly StructDoc[] = [
  ...kindDocs(Secret, "Passwords, tokens, keys and the like, for pods to read; at most 1 MiB.", {
    immutable: "Forbids all changes of data for good; default false.",
    data: "Values, in base64.",
    stringData: "Values in plain text, for writing only: the server moves them into data.",
    type: "What it is for, such as kubernetes.io/tls, which says what keys must be there; default Opaque. It cannot change.",
  }),
];
