import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

/** Folders and packages that an API server which runs apart has no use for. */
const OTHERS =
  /\/src\/(?:kubelet|scheduler|controllers|proxy|dns|cloud|store\/serve\/serve|store\/etcd\/etcd)\b|\/node_modules\/(?:yaml|ws|@noble|commander|bcryptjs)\//;

/** In a process of its own, where nothing is loaded yet: says what these modules load. */
const LOADED = `
const loaded = [];
require("node:module").registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
Promise.all(process.argv.slice(1).map((file) => import(file))).then(() => console.log(loaded.join("\\n")));
`;

test("a process that is an API server loads no other component, and no library before it is used", async () => {
  const files = ["index.ts", "apiserver.ts"].map((name) => join(import.meta.dirname, name));
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", LOADED, ...files]);
  const loaded = stdout.trim().split("\n");
  assert.ok(loaded.some((url) => url.endsWith("/src/apiserver/create.ts")));
  assert.deepEqual(
    loaded.filter((url) => OTHERS.test(url)),
    [],
  );
});
