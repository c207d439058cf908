import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { resolveSource } from "./resolve-source.ts";

const SOURCES = join(import.meta.dirname, "..");
const IMPORT = /(?:from|import\()\s*"(?<specifier>[^"]+)"/g;

test("sources lie where Node finds them", () => {
  let count = 0;
  const files = globSync("{cli,cluster,base}/**/*.ts", { cwd: SOURCES });
  for (const file of files) {
    const path = join(SOURCES, file);
    const { href } = pathToFileURL(path);
    const resolve = (specifier: string) => pathToFileURL(join(path, "..", specifier)).href;
    for (const { groups } of readFileSync(path, "utf8").matchAll(IMPORT)) {
      const { specifier } = groups as { specifier: string };
      const found = resolveSource(specifier, href);
      assert.equal(found?.url, specifier.endsWith(".ts") ? resolve(specifier) : undefined, `${file}: ${specifier}`);
      if (found) count++;
    }
  }
  assert.ok(count > 100, `${count} found`);
});

test("packages, Node's own modules, other files and what is not on the disk are left to Node", () => {
  for (const specifier of ["node:fs", "ws", "ws/x.ts", "/a.ts", "./a.js", "./a.json", "file:///a.ts", "..ts"])
    assert.equal(resolveSource(specifier, "file:///here/b.ts"), undefined, specifier);
  assert.equal(resolveSource("./a.ts", "data:text/javascript,"), undefined);
  assert.equal(resolveSource("./a.ts", undefined), undefined);
});
