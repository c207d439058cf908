/**
 * Images made by our own code: the pause image of every sandbox, and archives of files such as busybox. Touches nothing:
 * bytes in, bytes out. Start at {@link buildOciArchive}.
 */
import { type Architecture, pauseExecutable } from "./elf.ts";
import { buildOciArchive, type ImageFile } from "./oci-archive.ts";

export { type Architecture, pauseExecutable } from "./elf.ts";
export { buildOciArchive, type ImageConfig, type ImageFile, type ImageInput } from "./oci-archive.ts";

/** The name of the image that sandboxes are made of. */
export const PAUSE_IMAGE = "navarch.dev/pause:1";

/** The pause image as an OCI archive. */
export function pauseImage(architecture: Architecture): Uint8Array {
  return buildOciArchive({
    name: PAUSE_IMAGE,
    architecture,
    files: [{ path: "pause", content: pauseExecutable(architecture), mode: 0o755 }],
    config: { Entrypoint: ["/pause"], User: "65535:65535" },
  });
}

const APPLETS =
  "[ ash awk base64 basename cat chmod chown clear cp cut date dd df dirname du echo env expr false find free grep gunzip gzip head hexdump hostname httpd id ip kill killall less ln ls md5sum mkdir mktemp mv nc netstat nslookup od ping pgrep pkill printenv printf ps pwd readlink rm rmdir sed seq sh sha256sum sleep sort stat sync tail tar tee telnet test time timeout top touch tr true tty udhcpc uname uniq uptime usleep vi wc wget which whoami xargs yes";

/** The files of a small system: a static busybox under its usual names. */
export function busyboxFiles(busybox: Uint8Array): ImageFile[] {
  return [
    { path: "bin/busybox", content: busybox, mode: 0o755 },
    ...APPLETS.split(" ").map((name) => ({ path: `bin/${name}`, linkTo: "busybox" })),
    { path: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" },
    { path: "etc/group", content: "root:x:0:\nnogroup:x:65534:\n" },
    { path: "root", directory: true, mode: 0o700 },
    { path: "tmp", directory: true, mode: 0o1777 },
    { path: "var", directory: true },
    { path: "www", directory: true },
  ];
}
