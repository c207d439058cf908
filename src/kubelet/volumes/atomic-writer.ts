import { fingerprint } from "../pod/hash.ts";
import type { HostFiles } from "../host/index.ts";

export interface PayloadFile {
  readonly content: Uint8Array | string;
  readonly mode: number;
}

/** Files by their path below the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const DATA = "..data";
const DATA_NEW = "..data_tmp";

/**
 * Makes a directory show exactly the payload, all of it at one instant: the files are written to a new directory beside, and
 * the rename of one symlink switches to it. A reader that opened the old files keeps them. Says whether anything changed.
 */
export async function writeAtomically(
  files: HostFiles,
  directory: string,
  payload: Payload,
  options: { readonly stamp: string; readonly gid?: number },
): Promise<boolean> {
  const wanted = nameOf(payload, options);
  const current = await files.readLink(`${directory}/${DATA}`);
  if (current?.endsWith(wanted)) return false;
  const version = `..${options.stamp}.${wanted}`;
  const target = `${directory}/${version}`;
  await files.makeDirectory(target, { mode: 0o755 });
  const made = new Set<string>();
  for (const [path, file] of payload) {
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    if (parent !== "" && !made.has(parent)) await files.makeDirectory(`${target}/${parent}`, { mode: 0o755 });
    made.add(parent);
    await files.write(`${target}/${path}`, file.content, { mode: file.mode });
  }
  if (options.gid !== undefined) await files.setGroup(target, options.gid, { readOnly: true });
  await files.remove(`${directory}/${DATA_NEW}`);
  await files.symlink(version, `${directory}/${DATA_NEW}`);
  await files.rename(`${directory}/${DATA_NEW}`, `${directory}/${DATA}`);
  await linkNames(files, directory, payload);
  if (current !== undefined) await files.remove(`${directory}/${current}`);
  return true;
}

/** The names users see point into the current version; those of files that are gone go away. */
async function linkNames(files: HostFiles, directory: string, payload: Payload): Promise<void> {
  const names = new Set([...payload.keys()].map((path) => path.split("/")[0]!));
  const present = new Set(await files.list(directory));
  for (const name of names) if (!present.has(name)) await files.symlink(`${DATA}/${name}`, `${directory}/${name}`);
  for (const name of present)
    if (!name.startsWith("..") && !names.has(name)) await files.remove(`${directory}/${name}`);
}

/** A name that is the same for the same content, so that a restarted kubelet leaves unchanged volumes alone. */
function nameOf(payload: Payload, { gid }: { readonly gid?: number }): string {
  const decoder = new TextDecoder("latin1");
  let text = `${gid ?? ""}`;
  for (const [path, { content, mode }] of payload)
    text += `\0${path}\0${mode}\0${typeof content === "string" ? content : decoder.decode(content)}`;
  return `${fingerprint(text)}${fingerprint(`again${text}`)}`;
}
