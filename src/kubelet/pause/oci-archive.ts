import { sha256 } from "../host/index.ts";
import type { Architecture } from "./elf.ts";
import { tar, type TarEntry } from "./tar.ts";

/** A file inside an image; its directories are made by themselves. */
export interface ImageFile {
  /** From the root, without a slash in front. */
  readonly path: string;
  readonly content?: Uint8Array | string;
  readonly mode?: number;
  /** Makes a symlink instead. */
  readonly linkTo?: string;
  /** Makes an empty directory instead. */
  readonly directory?: true;
}

/** How a container of the image runs, in the words of the OCI image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<never, never>>>;
}

export interface ImageInput {
  /** Full name with its tag: registry/repository:tag. */
  readonly name: string;
  readonly architecture: Architecture;
  readonly files: readonly ImageFile[];
  readonly config: ImageConfig;
}

/** An OCI image archive of one layer; the same input gives the same bytes. */
export function buildOciArchive({ name, architecture, files, config }: ImageInput): Uint8Array {
  const layer = tar(layerEntries(files));
  const layerDigest = sha256(layer);
  const configBlob = json({
    architecture,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created_by: "navarch" }],
  });
  const configDigest = sha256(configBlob);
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor("application/vnd.oci.image.config.v1+json", configDigest, configBlob),
    layers: [descriptor("application/vnd.oci.image.layer.v1.tar", layerDigest, layer)],
  });
  const manifestDigest = sha256(manifest);
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        ...descriptor("application/vnd.oci.image.manifest.v1+json", manifestDigest, manifest),
        platform: { architecture, os: "linux" },
        annotations: {
          "io.containerd.image.name": name,
          "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
        },
      },
    ],
  });
  const blob = (digest: string, content: Uint8Array): TarEntry => ({
    path: `blobs/sha256/${digest}`,
    content,
    mode: 0o444,
    type: "file",
  });
  return tar([
    { path: "blobs", mode: 0o755, type: "directory" },
    { path: "blobs/sha256", mode: 0o755, type: "directory" },
    blob(layerDigest, layer),
    blob(configDigest, configBlob),
    blob(manifestDigest, manifest),
    { path: "index.json", content: index, mode: 0o444, type: "file" },
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }), mode: 0o444, type: "file" },
  ]);
}

function layerEntries(files: readonly ImageFile[]): TarEntry[] {
  const entries: TarEntry[] = [];
  const made = new Set<string>();
  const makeDirectories = (path: string) => {
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const directory = parts.slice(0, depth).join("/");
      if (made.has(directory)) continue;
      made.add(directory);
      entries.push({ path: directory, mode: 0o755, type: "directory" });
    }
  };
  for (const file of files) {
    makeDirectories(file.path);
    if (file.directory) {
      made.add(file.path);
      entries.push({ path: file.path, mode: file.mode ?? 0o755, type: "directory" });
    } else if (file.linkTo !== undefined)
      entries.push({ path: file.path, mode: 0o777, type: "symlink", target: file.linkTo });
    else {
      const content = typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content;
      entries.push({ path: file.path, content: content ?? new Uint8Array(), mode: file.mode ?? 0o644, type: "file" });
    }
  }
  return entries;
}

function descriptor(mediaType: string, digest: string, content: Uint8Array) {
  return { mediaType, digest: `sha256:${digest}`, size: content.length };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
