import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { createClient, httpsTransport, loadKubeconfig } from "../../client/index.ts";
import { realClock, VirtualClock } from "../../base/index.ts";
import { ConfigMap } from "../../api/index.ts";
import { Cluster } from "../index.ts";
import { TimeKeeper } from "./listening.ts";

const run = promisify(execFile);
const withoutKubectl = await run("kubectl", ["version", "--client"]).then(
  () => false as const,
  () => "kubectl is not on this machine",
);

test("fetch reaches a listening cluster with its CA and token, and nobody without", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  await using listener = await cluster.listen();
  setDefaultCACertificates([...getCACertificates("default"), listener.ca]);
  const { url, token } = listener;
  const get = (headers: Record<string, string>) => fetch(`${url}/api/v1/namespaces`, { headers });
  const response = await get({ authorization: `Bearer ${token}` });
  assert.equal(response.status, 200);
  const { items } = (await response.json()) as { items: { metadata: { name: string } }[] };
  assert.ok(items.some(({ metadata }) => metadata.name === "kube-system"));
  assert.equal((await get({})).status, 403);
  assert.equal((await get({ authorization: `Bearer ${token}x` })).status, 401);
});

test("the kubeconfig opens the same cluster that the client in process sees", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  await using listener = await cluster.listen();
  const transport = httpsTransport(loadKubeconfig(listener.kubeconfig));
  const client = createClient({ transport, clock: realClock() });
  await client.create(ConfigMap, { metadata: { name: "from-outside", namespace: "default" } });
  const key = { namespace: "default", name: "from-outside" };
  assert.equal((await cluster.client.get(ConfigMap, key)).metadata.name, "from-outside");
  transport.close();
});

for (const clock of ["virtual", "real"] as const)
  test(`kubectl rolls out a deployment on a ${clock} clock`, { skip: withoutKubectl }, async () => {
    const directory = mkdtempSync(join(tmpdir(), "navarch-listen-"));
    await using cluster = await Cluster.start({ nodes: 2, clock, seed: 7 });
    await using listener = await cluster.listen({ pace: 20 });
    const kubeconfig = join(directory, "kubeconfig");
    writeFileSync(kubeconfig, listener.kubeconfig);
    const kubectl = async (...args: string[]) => (await run("kubectl", ["--kubeconfig", kubeconfig, ...args])).stdout;
    await kubectl("create", "deployment", "web", "--image=example.com/web:1", "--replicas=3");
    await kubectl("rollout", "status", "deployment/web", "--timeout=30s");
    assert.equal(await kubectl("exec", "deploy/web", "--", "echo", "hello"), "hello\n");
    assert.equal(await kubectl("get", "deploy", "web", "-o", "jsonpath={.status.readyReplicas}"), "3");
    rmSync(directory, { recursive: true });
  });

test("a listener that is closed takes the clock's pace with it", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  const listener = await cluster.listen({ pace: 1000 });
  const real = realClock();
  const before = cluster.clock.now();
  while (cluster.clock.now() === before) await real.sleep(5);
  await listener.close();
  await cluster.advance(0);
  const after = cluster.clock.now();
  await real.sleep(50);
  assert.equal(cluster.clock.now(), after);
});

test("those who move the clock take turns", async () => {
  const clock = new VirtualClock(0);
  const keeper = new TimeKeeper(clock);
  const fired: number[] = [];
  for (const atMs of [5, 10, 15]) clock.timer(atMs, () => fired.push(clock.now()));
  await Promise.all([keeper.move((one) => one.advance(10)), keeper.move((one) => one.advance(10))]);
  assert.deepEqual([fired, clock.now()], [[5, 10, 15], 20]);
});
