import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { freePort } from "../../src/net/testing/free-port.ts";
import { ApartCluster, startEtcd, withoutEtcd } from "./apart.ts";
import { command, eventually, LAUNCHER, TestCluster, withoutKubectl } from "./cli.ts";

const skip = await withoutKubectl();

/** A namespace waits for its pods' grace period, so it is short. */
const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: web, image: "example.com/web:1"}]}
`;

/** What a cluster does for its users, whatever it is made of. */
async function useCluster({ kubectl, tryKubectl }: Pick<ApartCluster, "kubectl" | "tryKubectl">): Promise<void> {
  await kubectl("create", "namespace", "work");
  const applied = await tryKubectl(["-n", "work", "apply", "-f", "-"], DEPLOYMENT);
  assert.equal(applied.code, 0, applied.stderr);
  await kubectl("-n", "work", "rollout", "status", "deployment/web", "--timeout=180s");
  await kubectl("-n", "work", "scale", "deployment/web", "--replicas=3");
  await kubectl("-n", "work", "rollout", "status", "deployment/web", "--timeout=180s");
  const pods = (await kubectl("-n", "work", "get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).split(" ");
  assert.equal(pods.length, 3);
  assert.equal(await kubectl("-n", "work", "exec", pods[0]!, "--", "echo", "hello"), "hello\n");
  const failed = await tryKubectl(["-n", "work", "exec", pods[0]!, "--", "sh", "-c", "exit 3"]);
  assert.equal(failed.code, 3, failed.stderr);
  assert.equal((await tryKubectl(["-n", "work", "logs", pods[0]!])).code, 0);
  await kubectl("-n", "work", "create", "job", "once", "--image=example.com/tool:1", "--", "true");
  await kubectl("-n", "work", "wait", "--for=condition=complete", "job/once", "--timeout=180s");
  const ca = await kubectl("-n", "work", "get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}");
  assert.match(ca, /BEGIN CERTIFICATE/);
  await kubectl("delete", "namespace", "work", "--timeout=180s");
}

function bound(cluster: ApartCluster): Pick<ApartCluster, "kubectl" | "tryKubectl"> {
  return { kubectl: cluster.kubectl.bind(cluster), tryKubectl: cluster.tryKubectl.bind(cluster) };
}

async function startAll(cluster: ApartCluster, store: string): Promise<void> {
  await cluster.apiserver(store);
  await Promise.all([cluster.scheduler(), cluster.controllerManager(), cluster.kubelet("node-a")]);
}

suite("each component a process of its own, over TLS", { skip }, () => {
  test("does the same as all in one", async () => {
    await using cluster = await ApartCluster.create(["node-a"]);
    await startAll(cluster, "--store=memory");
    await useCluster(bound(cluster));
  });

  test("a kubelet asks the API server who calls and what they may", async () => {
    await using cluster = await ApartCluster.create(["node-a"]);
    await cluster.apiserver("--store=memory");
    await cluster.kubelet("node-a");
    const port = await cluster.kubectl(
      "get",
      "node",
      "node-a",
      "-o",
      "jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}",
    );
    const status = async (...args: string[]) =>
      (
        await command("curl", [
          "-sk",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          ...args,
          `https://127.0.0.1:${port}/pods`,
        ])
      ).stdout;
    const pair = (name: string) => ["--cert", cluster.pki(`${name}.crt`), "--key", cluster.pki(`${name}.key`)];
    assert.equal(await status(), "401");
    assert.equal(await status("-H", "Authorization: Bearer nobody"), "401");
    assert.equal(await status(...pair("apiserver-kubelet-client")), "200");
    assert.equal(await status(...pair("scheduler")), "403");
    await cluster.kubectl("create", "serviceaccount", "reader");
    const token = (await cluster.kubectl("create", "token", "reader")).trim();
    assert.equal(await status("-H", `Authorization: Bearer ${token}`), "403");
  });

  test("a controller manager that is killed is followed by the one that waits", async () => {
    await using cluster = await ApartCluster.create(["node-a"]);
    await cluster.apiserver("--store=memory");
    await Promise.all([cluster.scheduler(), cluster.kubelet("node-a")]);
    const first = await cluster.controllerManager();
    await first.said("Became leader");
    const second = await cluster.controllerManager();
    const holder = [
      "-n",
      "kube-system",
      "get",
      "lease",
      "kube-controller-manager",
      "-o",
      "jsonpath={.spec.holderIdentity}",
    ];
    const before = await cluster.kubectl(...holder);
    assert.doesNotMatch(second.output, /Became leader/);
    await first.stop("SIGKILL");
    await second.said("Became leader");
    assert.notEqual(await cluster.kubectl(...holder), before);
    await cluster.kubectl("create", "deployment", "web", "--image=example.com/web:1");
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
  });

  test("the scheduler says over TLS that it is well", async () => {
    await using cluster = await ApartCluster.create([]);
    const port = await freePort();
    const kubeconfig = `--kubeconfig=${cluster.pki("scheduler.kubeconfig")}`;
    await cluster.start("scheduler", kubeconfig, "--bind-address=127.0.0.1", `--secure-port=${port}`);
    const get = async (path: string) => (await command("curl", ["-sk", `https://127.0.0.1:${port}${path}`])).stdout;
    assert.equal(await get("/healthz"), "ok");
    assert.equal(await get("/readyz"), "ok");
    assert.equal(await get("/metrics"), "Unauthorized\n", "the rest is for those whom the API server lets");
  });

  test("a component says what it lacks and what it doesn't know", async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["scheduler"], /^navarch: start scheduler: no API server is known, wanted --kubeconfig FILE\n$/],
      [["scheduler", "--kubeconfig=/nowhere"], /^navarch: read --kubeconfig: \/nowhere can't be read \(ENOENT\)/],
      [["apiserver", "--bind-address=127.0.0.1", "--secure-port=0"], /it has no store, wanted --etcd-servers/],
      [
        ["apiserver", "--egress-selector-config-file=x"],
        /Kubernetes has this flag of apiserver, Navarch has not built it yet/,
      ],
      [["kubelet", "--colour=red"], /kubelet has no flag --colour here/],
    ];
    for (const [args, wanted] of cases) {
      const { code, stderr } = await command(process.execPath, [LAUNCHER, ...args]);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, wanted);
    }
  });
});

suite("on a real etcd", { skip: skip || withoutEtcd }, () => {
  test("components apart do the same as all in one", async () => {
    await using cluster = await ApartCluster.create(["node-a"]);
    const etcd = await startEtcd(cluster.directory);
    await using _ = etcd.process;
    await startAll(cluster, `--etcd-servers=${etcd.url}`);
    await useCluster(bound(cluster));
  });

  test("two API servers see each other's writes", async () => {
    await using cluster = await ApartCluster.create([]);
    const etcd = await startEtcd(cluster.directory);
    await using _ = etcd.process;
    const otherPort = await freePort();
    await Promise.all([
      cluster.apiserver(`--etcd-servers=${etcd.url}`),
      cluster.apiserver(`--etcd-servers=${etcd.url}`, { port: otherPort }),
    ]);
    const other = ["--server", `https://127.0.0.1:${otherPort}`];
    await cluster.kubectl("create", "configmap", "one", "--from-literal=a=1");
    assert.equal(await cluster.kubectl(...other, "get", "configmap", "one", "-o", "jsonpath={.data.a}"), "1");
    const watching = cluster.kubectl(...other, "wait", "configmap/one", "--for=jsonpath={.data.a}=2", "--timeout=180s");
    await cluster.kubectl("patch", "configmap", "one", "-p", '{"data":{"a":"2"}}');
    await watching;
    await cluster.kubectl(...other, "delete", "configmap", "one");
    assert.notEqual((await cluster.tryKubectl(["get", "configmap", "one"])).code, 0);
  });

  test("up keeps its data there, and finds it again", async () => {
    const directory = mkdtempSync(join(tmpdir(), "navarch-etcd-"));
    const etcd = await startEtcd(directory);
    await using _ = etcd.process;
    const store = `etcd://${new URL(etcd.url).host}`;
    const first = await TestCluster.up(["--nodes", "simulated:1", "--store", store]);
    await first.kubectl("create", "deployment", "web", "--image=example.com/web:1", "--replicas=2");
    await first.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
    await first.stop();
    await using second = await TestCluster.up(["--nodes", "simulated:1", "--store", store]);
    await eventually(async () => {
      assert.equal(await second.kubectl("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"), "2");
    });
    rmSync(first.directory, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  });

  test("an etcd that doesn't answer is said", async () => {
    const directory = mkdtempSync(join(tmpdir(), "navarch-etcd-"));
    const args = ["up", "--data-dir", directory, "--listen", "127.0.0.1:0", "--nodes", "none"];
    const { code, stderr } = await command(process.execPath, [LAUNCHER, ...args, "--store", "etcd://127.0.0.1:1"]);
    assert.equal(code, 1);
    assert.match(stderr, /^navarch: open store: no etcd answers at http:\/\/127\.0\.0\.1:1/);
    rmSync(directory, { recursive: true, force: true });
  });
});
