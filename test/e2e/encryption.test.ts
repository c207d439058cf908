import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { TestCluster, withoutKubectl } from "./cli.ts";

const CONFIGURATION = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox: {keys: [{name: one, secret: "${Buffer.alloc(32, 7).toString("base64")}"}]}
  - identity: {}
`;

suite("encryption at rest", { skip: await withoutKubectl() }, () => {
  test("secrets are in no file in clear, and are there again after a restart; replacing old ones encrypts them", async () => {
    const directory = TestCluster.temporaryDirectory();
    const configuration = join(directory, "..", `navarch-encryption-${process.pid}.yaml`);
    writeFileSync(configuration, CONFIGURATION, { mode: 0o600 });
    const isInFiles = (text: string) =>
      readdirSync(join(directory, "store")).some((name) => readFileSync(join(directory, "store", name)).includes(text));
    const clear = (word: string) => Buffer.from(word).toString("base64");
    const first = await TestCluster.up(["--nodes", "none"], { directory });
    await first.kubectl("create", "secret", "generic", "old", "--from-literal=word=swordfish-old");
    await first.stop();
    assert.ok(isInFiles(clear("swordfish-old")), "the search finds what is in clear");
    {
      const flag = `--apiserver.encryption-provider-config=${configuration}`;
      const second = await TestCluster.up(["--nodes", "none", flag], { directory });
      await second.kubectl("create", "secret", "generic", "new", "--from-literal=word=swordfish-new");
      await second.kubectl("create", "configmap", "plain", "--from-literal=word=herring");
      await second.stop("SIGKILL");
      assert.ok(!isInFiles(clear("swordfish-new")));
      assert.ok(isInFiles("herring"));
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
});
