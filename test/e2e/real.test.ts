import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { suite, test } from "node:test";
import { command, TestCluster, withoutKubectl } from "./cli.ts";

const TOOLS = ["containerd", "runc", "nft", "busybox"];

async function reason(): Promise<string | false> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "real containers need root on Linux";
  for (const tool of TOOLS) {
    if (!["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((directory) => existsSync(`${directory}/${tool}`)))
      return `${tool} is not installed`;
  }
  return withoutKubectl();
}

const SERVER = "mkdir -p /www; echo $HOSTNAME > /www/index.html; exec httpd -f -p 8080 -h /www";

suite("real containers", { skip: await reason() }, () => {
  test("pods run, are reached through their service, and outlive the control plane", async (t) => {
    const directory = TestCluster.temporaryDirectory();
    const first = await TestCluster.up(["--nodes", "real"], { directory, host: "0.0.0.0" });
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
    await using second = await TestCluster.up(["--nodes", "real"], { directory, host: "0.0.0.0" });
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

  test("nothing is left on the machine after down", async () => {
    const { stdout: links } = await command("ip", ["-o", "link"]);
    assert.doesNotMatch(links, /: nav/);
    const { stdout: tables } = await command("/usr/sbin/nft", ["list", "tables"]);
    assert.doesNotMatch(tables, /navarch-proxy/);
  });
});

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return response.text();
}

/** Tries until it works, at most for half a minute. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + 30_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
