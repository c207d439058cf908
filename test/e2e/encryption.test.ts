import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { suite, test } from "node:test";
import { command, LAUNCHER, TestCluster, withoutKubectl } from "./cli.ts";

const key = (name: string, byte: number) => `{name: ${name}, secret: "${Buffer.alloc(32, byte).toString("base64")}"}`;
const configurationOf = (...keys: readonly string[]) => `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox: {keys: [${keys.join(", ")}]}
  - identity: {}
`;
const [ONE, TWO] = [key("one", 7), key("two", 9)];

function writtenConfiguration(directory: string): string {
  const path = join(directory, "..", `navarch-encryption-${basename(directory)}.yaml`);
  writeFileSync(path, configurationOf(ONE), { mode: 0o600 });
  return path;
}

/** Whether any file of a cluster's store holds some text. */
function isInFiles(directory: string, text: string): boolean {
  return readdirSync(join(directory, "store")).some((name) =>
    readFileSync(join(directory, "store", name)).includes(text),
  );
}

suite("encryption at rest", { skip: await withoutKubectl() }, () => {
  test("secrets are in no file in clear, and are there again after a restart; replacing old ones encrypts them", async () => {
    const directory = TestCluster.temporaryDirectory();
    const configuration = writtenConfiguration(directory);
    const clear = (word: string) => Buffer.from(word).toString("base64");
    const first = await TestCluster.up(["--nodes", "none"], { directory });
    await first.kubectl("create", "secret", "generic", "old", "--from-literal=word=swordfish-old");
    await first.stop();
    assert.ok(isInFiles(directory, clear("swordfish-old")), "the search finds what is in clear");
    {
      const flag = `--apiserver.encryption-provider-config=${configuration}`;
      const second = await TestCluster.up(["--nodes", "none", flag], { directory });
      await second.kubectl("create", "secret", "generic", "new", "--from-literal=word=swordfish-new");
      await second.kubectl("create", "configmap", "plain", "--from-literal=word=herring");
      await second.kill();
      assert.ok(!isInFiles(directory, clear("swordfish-new")));
      assert.ok(isInFiles(directory, "herring"));
      await using third = await TestCluster.up(["--nodes", "none", flag], { directory });
      const word = async (name: string) =>
        Buffer.from(await third.kubectl("get", "secret", name, "-o", "jsonpath={.data.word}"), "base64").toString();
      assert.deepEqual([await word("old"), await word("new")], ["swordfish-old", "swordfish-new"]);
      const before = await third.kubectl("get", "secret", "old", "-o", "jsonpath={.metadata.resourceVersion}");
      const all = await third.kubectl("get", "secrets", "-o", "json");
      assert.equal((await third.tryKubectl(["replace", "-f", "-"], all)).code, 0);
      const after = await third.kubectl("get", "secret", "old", "-o", "jsonpath={.metadata.resourceVersion}");
      assert.notEqual(after, before, "a replace that changes nothing still writes what was stored in clear");
    }
    rmSync(configuration);
  });

  test("once keys are rotated, rewritten and compacted, nothing on disk needs the old one", async (t) => {
    const directory = TestCluster.temporaryDirectory();
    const configuration = writtenConfiguration(directory);
    const up = async () => {
      const flag = `--apiserver.encryption-provider-config=${configuration}`;
      const cluster = await TestCluster.up(["--nodes", "none", flag], { directory });
      t.after(() => cluster.stop());
      return cluster;
    };
    const navarch = async (...args: readonly string[]) => {
      const result = await command(process.execPath, [
        LAUNCHER,
        ...args,
        "--kubeconfig",
        join(directory, "kubeconfig"),
      ]);
      assert.equal(result.code, 0, result.stderr);
      return result.stdout;
    };
    const [withOne, withTwo] = ["k8s:enc:secretbox:v1:one:", "k8s:enc:secretbox:v1:two:"];
    const first = await up();
    for (const name of ["a", "b", "c"])
      await first.kubectl("create", "secret", "generic", name, "--from-literal=word=swordfish");
    await first.stop();
    assert.ok(isInFiles(directory, withOne) && !isInFiles(directory, withTwo));
    writeFileSync(configuration, configurationOf(TWO, ONE));
    {
      const second = await up();
      assert.equal(await navarch("storage", "rewrite", "secrets"), "secrets: 3 of 3 objects written anew\n");
      assert.equal(await navarch("storage", "rewrite", "secrets"), "secrets: 0 of 3 objects written anew\n");
      assert.match(
        await navarch("storage", "rewrite"),
        /^secrets: 0 of 3 .*^all: \d+ of \d\d+ objects written anew$/ms,
      );
      assert.ok(isInFiles(directory, withOne), "history still has it");
      assert.match(await navarch("storage", "compact"), /^compacted to resourceVersion \d+$/m);
      assert.ok(!isInFiles(directory, withOne) && isInFiles(directory, withTwo));
      await second.kill();
    }
    writeFileSync(configuration, configurationOf(TWO));
    await using third = await up();
    const word = await third.kubectl("get", "secret", "b", "-o", "jsonpath={.data.word}");
    assert.equal(Buffer.from(word, "base64").toString(), "swordfish");
    rmSync(configuration);
  });
});
