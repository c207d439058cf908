import { readFileSync } from "node:fs";
import { findProgram, missingPrograms } from "../host/index.ts";
import { buildOciArchive, busyboxFiles } from "../pause/index.ts";
import { withoutNamespaces } from "./namespaces.ts";

/** The architecture of images that this machine runs. */
export const architecture = process.arch === "arm64" ? "arm64" : "amd64";

const busybox = findProgram("busybox");

/** Why tests can't run containers of their own; false when they can. */
export function withoutContainers(): string | false {
  const isMissing = missingPrograms().length > 0 || busybox === undefined;
  return withoutNamespaces() || (isMissing ? "needs containerd, runc, the CNI plugins and busybox" : false);
}

/** An archive of an image with the machine's busybox in it, which runs a shell. */
export function busyboxImage(name: string): Uint8Array {
  return buildOciArchive({
    name,
    architecture,
    files: busyboxFiles(readFileSync(busybox!)),
    config: { Cmd: ["/bin/sh"] },
  });
}
