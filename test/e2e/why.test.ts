import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { Cluster } from "../../src/cluster/index.ts";
import { command, TestCluster } from "./cli.ts";

const LAUNCHER = join(import.meta.dirname, "../../bin/navarch.js");

const pod = (name: string, cpu: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [{ name: "main", image: "example.com/app:1", resources: { requests: { cpu } } }] },
  });

suite("why", () => {
  test("navarch why says of a pod that fits nowhere what each node lacks, and of others where they are", async () => {
    await using cluster = await TestCluster.up(["--nodes", "simulated:2"]);
    const navarch = (args: readonly string[], input?: string) =>
      command(process.execPath, [LAUNCHER, ...args, "--kubeconfig", join(cluster.directory, "kubeconfig")], {
        ...(input !== undefined && { input }),
      });
    for (const [name, cpu] of [
      ["small", "1m"],
      ["large", "1000"],
    ] as const)
      assert.equal((await navarch(["apply", "-f", "-"], pod(name, cpu))).code, 0);
    const until = async (name: string, wanted: RegExp) => {
      for (;;) {
        const { stdout, stderr } = await navarch(["why", `pod/${name}`]);
        if (wanted.test(stdout)) return stdout;
        assert.equal(stderr, "");
      }
    };
    const large = await until("large", /fits no node/);
    for (const node of ["node-1", "node-2"]) assert.match(large, new RegExp(`${node}: no, .*Insufficient cpu`));
    assert.match(await until("small", /is Running/), /goes to node-\d/);
    assert.match((await navarch(["why", "pod/none"])).stderr, /not found/);
    assert.match((await navarch(["why", "deployment/web"])).stderr, /only pods/);
  });

  test("a cluster in a test explains a pod", async () => {
    await using cluster = await Cluster.start({ nodes: 1, seed: 1 });
    await cluster.client.apply(JSON.parse(pod("large", "1000")));
    await cluster.settle();
    const explanation = cluster.explain({ name: "large" });
    assert.equal(explanation?.outcome, "unschedulable");
    assert.deepEqual(explanation?.rejected[0]?.reasons, ["Insufficient cpu"]);
    assert.equal(cluster.explain({ name: "nobody" }), undefined);
  });
});
