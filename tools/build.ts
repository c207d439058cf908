/**
 * `npm run build`: what the package ships in dist/, since Node runs no TypeScript below node_modules: one bundle per entry
 * (their common part shared), and types. Dependencies stay packages of their own.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { nameTypes } from "./named-types.ts";
import { ROOT, run } from "./run.ts";

const DIST = join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: {
    "cli/main": "src/cli/main.ts",
    "package/index": "src/package/index.ts",
    // A program of its own, which a thread runs.
    "cluster/apiserver-thread": "src/cluster/apiserver-thread.ts",
  },
  outdir: DIST,
  // Two folders deep like the sources, so that paths relative to a file mean the same in both.
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node24",
  logLevel: "warning",
});
const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const { code, output } = await run(process.execPath, [tsc, "--project", join(ROOT, "tools", "tsconfig.types.json")]);
if (code !== 0) {
  console.error(output);
  process.exit(1);
}
await nameTypes(join(DIST, "types"));
