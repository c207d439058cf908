/** The path of a field of what lies at a path. */
export function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
