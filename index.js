// What `import "navarch"` gives: the sources in a checkout, the bundle in the package (Node runs no TypeScript below node_modules).
import { existsSync } from "node:fs";

const source = new URL("./src/package/index.ts", import.meta.url);
export const { Cluster, dynamicKind, isAlreadyExists, isConflict, isNotFound, kinds, StatusError } = await import(
  existsSync(source) ? source.href : "./dist/package/index.js"
);
