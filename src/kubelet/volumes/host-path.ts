import type { HostFiles } from "../host/index.ts";

/** The path of a hostPath volume, after the check or creation that its type asks for. */
export async function checkHostPath(
  files: HostFiles,
  source: { readonly path: string; readonly type?: string },
): Promise<string> {
  const { path, type = "" } = source;
  const info = await files.stat(path);
  const real = info?.type === "symlink" ? await files.stat(await files.resolveBelow("/", path)) : info;
  switch (type) {
    case "":
      return path;
    case "DirectoryOrCreate":
      if (!real) await files.makeDirectory(path, { mode: 0o755 });
      else require(real.type === "directory", path, "a directory");
      return path;
    case "FileOrCreate":
      if (!real) await files.write(path, "", { mode: 0o644 });
      else require(real.type === "file", path, "a file");
      return path;
    case "Directory":
      require(real?.type === "directory", path, "a directory");
      return path;
    case "File":
      require(real?.type === "file", path, "a file");
      return path;
    case "Socket":
      require(real?.type === "socket", path, "a socket file");
      return path;
    case "CharDevice":
      require(real?.type === "character", path, "a character device");
      return path;
    case "BlockDevice":
      require(real?.type === "block", path, "a block device");
      return path;
    default:
      throw new Error(`${type} is an invalid volume type`);
  }
}

function require(holds: boolean, path: string, what: string): void {
  if (!holds) throw new Error(`hostPath type check failed: ${path} is not ${what}`);
}
