import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { command, eventually, type TestCluster } from "./cli.ts";
import { machineState } from "./machine.ts";
import { enterReal, navarch, realDirectory, upReal } from "./real.ts";

const skip = await enterReal();
/** Of all nodes here. */
const directories: string[] = [];
const state = () => machineState(directories);

function newDirectory(): string {
  const directory = realDirectory();
  directories.push(directory);
  return directory;
}

suite("what a real node leaves on its machine", { skip }, () => {
  test("down leaves nothing, whatever ran", async () => {
    const before = await state();
    const { directory, cluster } = await running();
    assert.notDeepEqual(await state(), before);
    await cluster.stop();
    await navarch("down", "--data-dir", directory, "--purge");
    await eventually(async () => assert.deepEqual(await state(), before));
  });

  test("down leaves nothing, also when every process was killed before", async () => {
    const before = await state();
    const { directory, cluster } = await running();
    await cluster.kill();
    await command("kill", ["-KILL", readFileSync(join(directory, "containerd/containerd.pid"), "utf8").trim()]);
    await killShims(directory);
    const { stdout } = await navarch("down", "--data-dir", directory, "--purge");
    assert.match(stdout, /No cluster runs/);
    await eventually(async () => assert.deepEqual(await state(), before));
  });

  test("the network that another cluster left is reported, with the command that removes it", async () => {
    const before = await state();
    const wanted = newDirectory();
    const { directory: left, cluster } = await running();
    await cluster.kill();
    const refused = await navarch("up", "--nodes", "real", "--data-dir", wanted, "--listen", "127.0.0.1:0");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stderr,
      new RegExp(
        `^navarch: start node: the network of the cluster in ${left} is on this machine .*navarch down --data-dir ${left}`,
      ),
    );
    await navarch("down", "--data-dir", wanted, "--purge");
    assert.notDeepEqual(await state(), before, "one cluster's down leaves the other's network alone");
    {
      // Its own leftovers don't stop a cluster.
      await using _again = await upReal({ directory: left });
    }
    await eventually(async () => assert.deepEqual(await state(), before));
  });
});

/** A cluster with a pod, whose volumes are mounted, and a service. */
async function running(): Promise<{ directory: string; cluster: TestCluster }> {
  const directory = newDirectory();
  const cluster = await upReal({ directory });
  await cluster.apply(SLEEPER);
  await cluster.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=180s");
  return { directory, cluster };
}

const SLEEPER = `
apiVersion: v1
kind: Pod
metadata: {name: sleeper, labels: {app: sleeper}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: navarch.local/hello:1
      command: [sleep, "1000"]
      ports: [{containerPort: 80, hostPort: 8123}]
      volumeMounts: [{name: memory, mountPath: /memory}]
  volumes: [{name: memory, emptyDir: {medium: Memory}}]
---
apiVersion: v1
kind: Service
metadata: {name: sleeper}
spec: {type: NodePort, selector: {app: sleeper}, ports: [{port: 80}]}
`;

/** The processes between containerd and its containers. */
async function killShims(directory: string): Promise<void> {
  const { stdout } = await command("ps", ["-eo", "pid=,args="]);
  const shims = stdout.split("\n").filter((line) => line.includes("containerd-shim") && line.includes(directory));
  assert.notEqual(shims.length, 0);
  await command("kill", ["-KILL", ...shims.map((line) => line.trim().split(" ")[0]!)]);
}
