import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { parseAllDocuments } from "yaml";
import type { AnyObject } from "./resources.ts";

const ALIASES_MAX = 100;
const EXTENSIONS = [".yaml", ".yml", ".json"];

/** Objects of files, of directories and of standard input ("-"), in order; lists are taken apart. */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<AnyObject[]> {
  const objects: AnyObject[] = [];
  for (const path of paths) {
    if (path === "-") objects.push(...parseManifest(await readAll(process.stdin), "standard input"));
    else for (const file of filesOf(path, recursive)) objects.push(...parseManifest(readFile(file), file));
  }
  if (objects.length === 0) throw new Error(`read ${paths.join(", ")}: no objects in it`);
  return objects;
}

function filesOf(path: string, recursive: boolean): string[] {
  if (/^https?:\/\//.test(path))
    throw new Error(`read ${path}: URLs are not supported, wanted a file, a directory or -`);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (cause) {
    throw new Error(`read ${path}: it does not exist`, { cause });
  }
  if (!isDirectory) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const full = join(path, entry.name);
    if (entry.isDirectory()) return recursive ? filesOf(full, recursive) : [];
    return EXTENSIONS.some((extension) => entry.name.endsWith(extension)) ? [full] : [];
  });
}

function readFile(path: string): string {
  return readFileSync(path, "utf8");
}

/** Objects of one text with YAML or JSON documents. */
function parseManifest(text: string, source: string): AnyObject[] {
  return parseAllDocuments(text, { version: "1.1" }).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw new Error(`read ${source}: ${problem.message.split("\n")[0]}`);
    return flatten(document.toJS({ maxAliasCount: ALIASES_MAX }), source);
  });
}

function flatten(value: unknown, source: string): AnyObject[] {
  if (value === null || value === undefined) return [];
  const object = value as AnyObject & { readonly items?: unknown };
  if (typeof object.apiVersion !== "string" || typeof object.kind !== "string")
    throw new Error(`read ${source}: an object has no apiVersion or no kind`);
  if (object.kind.endsWith("List") && Array.isArray(object.items))
    return object.items.flatMap((item) => flatten(item, source));
  return [object];
}
