import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { enterNamespaces, realDirectoryPrefix, withoutNamespaces } from "../../src/kubelet/testing/namespaces.ts";
import { command, TestCluster, withoutKubectl } from "./cli.ts";
import { machineState } from "./machine.ts";

const TOOLS = ["containerd", "runc", "nft", "busybox"];

async function reason(): Promise<string | false> {
  for (const tool of TOOLS) {
    if (!["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((directory) => existsSync(`${directory}/${tool}`)))
      return `${tool} is not installed`;
  }
  return withoutNamespaces() || withoutKubectl();
}

const skip = await reason();
if (!skip) await enterNamespaces();

const SERVER = "mkdir -p /www; echo $HOSTNAME > /www/index.html; exec httpd -f -p 8080 -h /www";
const LAUNCHER = join(import.meta.dirname, "../../bin/navarch.js");
const REAL = { host: "0.0.0.0" };

const temporaryDirectory = () => mkdtempSync(realDirectoryPrefix());
const navarch = (...args: readonly string[]) => command(process.execPath, [LAUNCHER, ...args], { timeoutMs: 120_000 });

suite("real containers", { skip }, () => {
  test("pods run, are reached through their service, and outlive the control plane", async (t) => {
    const directory = temporaryDirectory();
    const first = await TestCluster.up(["--nodes", "real"], { directory, ...REAL });
    await first.kubectl(
      "create",
      "deployment",
      "web",
      "--image=navarch.local/hello:1",
      "--replicas=2",
      "--",
      "/bin/sh",
      "-c",
      SERVER,
    );
    await first.kubectl("expose", "deployment", "web", "--port=80", "--target-port=8080", "--type=NodePort");
    await first.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    const names = (await first.kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).split(" ");
    const address = await first.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");

    await t.test("a cluster IP answers from the host", async () => {
      const page = await eventually(() => fetchText(`http://${address}/`));
      assert.ok(names.includes(page.trim()), page);
    });
    await t.test("names resolve inside a pod", async () => {
      const output = await first.kubectl("exec", names[0]!, "--", "nslookup", "web.default.svc.cluster.local");
      assert.match(output, new RegExp(`Address: ${address.replaceAll(".", "\\.")}`));
    });
    await t.test("a pod has its token, its namespace and the CA", async () => {
      const files = await first.kubectl("exec", names[0]!, "--", "ls", "/var/run/secrets/kubernetes.io/serviceaccount");
      assert.deepEqual(files.split("\n").filter(Boolean), ["ca.crt", "namespace", "token"]);
    });
    await t.test("a container that ends is started again", async () => {
      const command =
        '{"spec":{"containers":[{"name":"ends","image":"navarch.local/hello:1","command":["/bin/sh","-c","exit 3"]}]}}';
      await first.kubectl("run", "ends", "--image=navarch.local/hello:1", `--overrides=${command}`);
      await eventually(async () => {
        const restarts = await first.kubectl(
          "get",
          "pod",
          "ends",
          "-o",
          "jsonpath={.status.containerStatuses[0].restartCount}",
        );
        if (!(Number(restarts) >= 1)) throw new Error(`restarted ${restarts} times`);
      });
    });

    const started = await first.kubectl(
      "get",
      "pod",
      names[1]!,
      "-o",
      "jsonpath={.status.containerStatuses[0].containerID}",
    );
    await first.stop("SIGKILL");
    await using second = await TestCluster.up(["--nodes", "real"], { directory, ...REAL });
    await t.test("after a kill of the control plane the containers are the same", async () => {
      await second.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
      assert.equal(
        await second.kubectl("get", "pod", names[1]!, "-o", "jsonpath={.status.containerStatuses[0].containerID}"),
        started,
      );
    });
    await t.test("a deleted pod is replaced", async () => {
      await second.kubectl("delete", "pod", names[1]!, "--grace-period=1");
      await second.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
      assert.ok(!(await second.kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).includes(names[1]!));
    });
  });

  test("down leaves nothing on the machine, also when everything was killed before", async () => {
    const before = await machineState();
    const directory = temporaryDirectory();
    const cluster = await TestCluster.up(["--nodes", "real"], { directory, ...REAL });
    await cluster.apply(SLEEPER);
    await cluster.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=120s");
    await cluster.stop("SIGKILL");
    const containerd = readFileSync(join(directory, "containerd/containerd.pid"), "utf8").trim();
    await command("kill", ["-KILL", containerd]);
    await killShims(directory);
    const { stdout } = await navarch("down", "--data-dir", directory, "--purge");
    assert.match(stdout, /No cluster runs/);
    await eventually(async () => assert.deepEqual(await machineState(), before));
  });

  test("the network that another cluster left is reported, with the command that removes it", async () => {
    const before = await machineState();
    const [left, wanted] = [temporaryDirectory(), temporaryDirectory()];
    const cluster = await TestCluster.up(["--nodes", "real"], { directory: left, ...REAL });
    await cluster.apply(SLEEPER);
    await cluster.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=120s");
    await cluster.stop("SIGKILL");
    const refused = await navarch("up", "--nodes", "real", "--data-dir", wanted, "--listen", "127.0.0.1:0");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stderr,
      new RegExp(
        `^navarch: start node: the network of the cluster in ${left} is on this machine .*navarch down --data-dir ${left}`,
      ),
    );
    await navarch("down", "--data-dir", wanted, "--purge");
    assert.notDeepEqual(await machineState(), before);
    {
      // Its own leftovers don't stop a cluster.
      await using _again = await TestCluster.up(["--nodes", "real"], { directory: left, ...REAL });
    }
    await eventually(async () => assert.deepEqual(await machineState(), before));
  });
});

const SLEEPER = `
apiVersion: v1
kind: Pod
metadata: {name: sleeper}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: "navarch.local/hello:1", command: [sleep, "1000"]}]
---
apiVersion: v1
kind: Service
metadata: {name: sleeper}
spec: {selector: {app: sleeper}, ports: [{port: 80}]}
`;

/** The processes between containerd and its containers. */
async function killShims(directory: string): Promise<void> {
  const { stdout } = await command("ps", ["-eo", "pid=,args="]);
  const shims = stdout.split("\n").filter((line) => line.includes("containerd-shim") && line.includes(directory));
  assert.notEqual(shims.length, 0);
  await command("kill", ["-KILL", ...shims.map((line) => line.trim().split(" ")[0]!)]);
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return response.text();
}

/** Tries until it works, at most for two minutes. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + 120_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
