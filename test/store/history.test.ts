import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { command, LAUNCHER, TestCluster } from "../e2e/cli.ts";

test("the past is read by revision and by time, and an object's history tells who did what", async (t) => {
  const files = mkdtempSync(join(tmpdir(), "navarch-history-"));
  t.after(() => rmSync(files, { recursive: true, force: true }));
  await using cluster = await TestCluster.up(["--nodes", "none"]);
  const navarch = (...args: string[]) =>
    command(process.execPath, [LAUNCHER, ...args], { env: { KUBECONFIG: join(cluster.directory, "kubeconfig") } });
  const apply = async (value: string) => {
    const manifest = join(files, "map.yaml");
    writeFileSync(manifest, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: "${value}"}\n`);
    assert.equal((await navarch("apply", "-f", manifest)).code, 0);
    const { stdout } = await navarch("get", "cm", "kept", "-o", "json");
    return Number(JSON.parse(stdout).metadata.resourceVersion);
  };
  const first = await apply("1");
  const between = new Date().toISOString();
  const second = await apply("2");
  for (const when of [String(first), String(second - 1), between]) {
    const { stdout, stderr } = await navarch("at", when, "get", "cm", "kept", "-o", "json");
    assert.equal(JSON.parse(stdout).data.a, "1", stderr);
  }
  const before = await navarch("at", String(first - 1), "get", "cm/kept", "-o", "yaml");
  assert.deepEqual([before.code, before.stderr], [1, "No resources found in default namespace.\n"]);
  const forgotten = await navarch("at", "2001-01-01T00:00:00Z", "get", "cm");
  assert.equal(forgotten.code, 1);
  assert.match(forgotten.stderr, /what was stored at 2001-01-01T00:00:00Z is not known: times are kept since/);
  const history = JSON.parse((await navarch("history", "cm/kept", "-o", "json")).stdout);
  assert.deepEqual(
    history.map(({ revision, type, managers, fields }: Record<string, unknown>) => ({
      revision,
      type,
      managers,
      fields,
    })),
    [
      { revision: `${first}`, type: "created", managers: ["navarch-apply (Apply)"], fields: [] },
      {
        revision: `${second}`,
        type: "changed",
        managers: history[1].managers,
        fields: [{ path: "data.a", before: "1", after: "2" }],
      },
    ],
  );
  // Neither is lost with the process.
  await cluster.kill();
  await using again = await TestCluster.up(["--nodes", "none"], { directory: cluster.directory });
  assert.equal(again.directory, cluster.directory);
  const { stdout, stderr } = await navarch("at", between, "get", "cm", "kept", "-o", "json");
  assert.equal(JSON.parse(stdout).data.a, "1", stderr);
});
