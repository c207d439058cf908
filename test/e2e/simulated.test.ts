import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { command, TestCluster, withoutKubectl } from "./cli.ts";
import { join } from "node:path";

const skip = await withoutKubectl();

suite("kubectl against simulated nodes", { skip }, () => {
  test("a deployment rolls out, scales, changes its image, rolls back and goes", async () => {
    await using cluster = await TestCluster.up(["--nodes", "simulated:2"]);
    await cluster.kubectl("create", "deployment", "web", "--image=example.com/web:1", "--replicas=3");
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
    await cluster.kubectl("scale", "deployment/web", "--replicas=5");
    await cluster.kubectl("set", "image", "deployment/web", "web=example.com/web:2");
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
    await cluster.kubectl("rollout", "undo", "deployment/web");
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
    const images = await cluster.kubectl("get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}");
    assert.deepEqual(new Set(images.split(" ")), new Set(["example.com/web:1"]));
    await cluster.kubectl("delete", "deployment", "web", "--wait");
    await cluster.kubectl("wait", "--for=delete", "pods", "--all", "--timeout=180s");
  });

  test("a job completes and a namespace goes with all that is in it", async () => {
    await using cluster = await TestCluster.up(["--nodes", "simulated:1"]);
    await cluster.kubectl("create", "namespace", "work");
    await cluster.kubectl("-n", "work", "create", "job", "once", "--image=example.com/tool:1", "--", "true");
    await cluster.kubectl("-n", "work", "wait", "--for=condition=complete", "job/once", "--timeout=180s");
    await cluster.kubectl("delete", "namespace", "work", "--timeout=180s");
    assert.notEqual((await cluster.tryKubectl(["get", "namespace", "work"])).code, 0);
  });

  test("both kinds of apply, and explain", async () => {
    await using cluster = await TestCluster.up(["--nodes", "none"]);
    const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n";
    assert.match(await cluster.apply(manifest), /configmap\/settings created/);
    assert.match(await cluster.apply(manifest), /unchanged/);
    assert.match(await cluster.apply(manifest.replace("'1'", "'2'")), /configured/);
    const served = await cluster.tryKubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], manifest);
    assert.equal(served.code, 0, served.stderr);
    assert.equal(await cluster.kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.a}"), "1");
    assert.match(await cluster.kubectl("explain", "deployment.spec.replicas"), /<integer>/);
  });

  test("data outlives a kill of the server", async () => {
    const directory = TestCluster.temporaryDirectory();
    const first = await TestCluster.up(["--nodes", "none"], { directory });
    await first.kubectl("create", "configmap", "kept", "--from-literal=a=b");
    await first.kill();
    await using second = await TestCluster.up(["--nodes", "none"], { directory });
    assert.equal(await second.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.a}"), "b");
  });
});

suite("the command line says what is wrong", () => {
  const launcher = join(import.meta.dirname, "../../bin/navarch.js");
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown kind of nodes", ["up", "--nodes", "many"], /read --nodes: got "many", wanted auto, real, simulated:N/],
    ["an unknown store", ["up", "--store", "paper"], /read --store: got "paper"/],
    ["an unknown component", ["up", "--disable", "toaster"], /find component: got "toaster"/],
    ["a flag that nothing reads", ["up", "--scheduler.colour=red"], /scheduler has no flag --colour here/],
    ["an address without a port", ["up", "--listen", "localhost"], /wanted HOST:PORT/],
  ];
  for (const [name, args, wanted] of cases) {
    test(name, async () => {
      const { code, stderr } = await command(process.execPath, [launcher, ...args]);
      assert.notEqual(code, 0);
      assert.match(stderr, wanted);
    });
  }
});
