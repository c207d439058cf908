import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { command, LAUNCHER, TestCluster } from "../e2e/cli.ts";

const navarch = (...args: string[]) => command(process.execPath, [LAUNCHER, ...args]);

test("a running cluster is saved, and comes up again elsewhere from either format", async (t) => {
  const files = mkdtempSync(join(tmpdir(), "navarch-saved-"));
  t.after(() => rmSync(files, { recursive: true, force: true }));
  await using cluster = await TestCluster.up(["--nodes", "none"]);
  const kubeconfig = join(cluster.directory, "kubeconfig");
  const manifest = join(files, "kept.yaml");
  writeFileSync(manifest, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: b}\n");
  assert.equal((await navarch("apply", "--kubeconfig", kubeconfig, "-f", manifest)).code, 0);
  for (const format of ["navarch", "etcd"]) {
    const file = join(files, format);
    const saved = await navarch("snapshot", "save", file, "--kubeconfig", kubeconfig, "--format", format);
    assert.deepEqual([saved.code, saved.stderr], [0, ""]);
    const status = JSON.parse((await navarch("snapshot", "status", file, "-o", "json")).stdout) as { format: string };
    assert.equal(status.format, format);
    const directory = join(files, `from-${format}`);
    assert.equal((await navarch("snapshot", "restore", file, "--data-dir", directory)).code, 0);
    const again = await TestCluster.up(["--nodes", "none"], { directory });
    const found = await navarch(
      "get",
      "configmap",
      "kept",
      "-o",
      "json",
      "--kubeconfig",
      join(directory, "kubeconfig"),
    );
    await again[Symbol.asyncDispose]();
    assert.deepEqual(JSON.parse(found.stdout).data, { a: "b" });
  }
  const over = await navarch("snapshot", "restore", join(files, "etcd"), "--data-dir", cluster.directory);
  assert.equal(over.code, 1);
  assert.match(over.stderr, /it runs already/);
});

test("a file that is no intact snapshot is refused by name, and nothing is left", async (t) => {
  const files = mkdtempSync(join(tmpdir(), "navarch-saved-"));
  t.after(() => rmSync(files, { recursive: true, force: true }));
  const file = join(files, "foreign");
  writeFileSync(file, readFileSync(process.execPath).subarray(0, 100_000));
  for (const target of ["--data-dir", "--store-dir"]) {
    const directory = join(files, "made");
    const { code, stderr } = await navarch("snapshot", "restore", file, target, directory);
    assert.equal(code, 1);
    assert.match(stderr, /no intact snapshot/);
    assert.equal(existsSync(directory), false);
  }
});
