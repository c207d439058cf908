import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";

/** Folders and packages that an API server which runs apart has no use for. */
const OTHERS =
  /\/src\/(?:kubelet|scheduler|controllers|proxy|dns|cloud|store\/serve\/serve|store\/etcd\/etcd)\b|\/node_modules\/(?:yaml|ws|@noble|commander)\//;

test("a process that is an API server loads no other component, and no library before it is used", async () => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  await import("./index.ts");
  await import("./apiserver.ts");
  hooks.deregister();
  assert.ok(loaded.some((url) => url.endsWith("/src/apiserver/create.ts")));
  assert.deepEqual(
    loaded.filter((url) => OTHERS.test(url)),
    [],
  );
});
