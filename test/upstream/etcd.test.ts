import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { startEtcd, withoutEtcd } from "../e2e/apart.ts";
import { ETCDCTL_ENV } from "../../src/store/testing/real-etcd.ts";
import { command, eventually } from "../e2e/cli.ts";
import { OurEtcd } from "../e2e/our-etcd.ts";
import { type Server, Servers, withoutUpstream } from "./servers.ts";

const MANIFEST = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: work}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example.com/web:1"}]}
`;

async function etcdctl(url: string, ...args: readonly string[]): Promise<string> {
  const endpoint = url.replace("http://", "");
  const env = ETCDCTL_ENV;
  const { code, stdout, stderr } = await command("etcdctl", [`--endpoints=${endpoint}`, ...args], { env });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** What clients do with a server; the same on every etcd. A token for a page of a moment that etcd has forgotten since. */
async function use(server: Server, etcd: string): Promise<string> {
  const { client, kubectl } = server;
  await kubectl("create", "namespace", "work");
  for (const replicas of [1, 2]) {
    const applied = await server.tryKubectl(["apply", "-f", "-"], MANIFEST(replicas));
    assert.equal(applied.code, 0, applied.stderr);
  }
  await watches(server);
  const token = await pages(server, etcd);
  const service = ["-n", "work", "create", "service", "nodeport"] as const;
  await kubectl(...service, "a", "--tcp=80");
  await kubectl(...service, "b", "--tcp=80");
  const { items = [] } = await client.must("GET", "/api/v1/namespaces/work/services");
  const ips = items.map(({ spec }) => (spec as { clusterIP: string }).clusterIP);
  const ports = items.map(({ spec }) => (spec as { ports: { nodePort: number }[] }).ports[0]!.nodePort);
  assert.equal(new Set([...ips, ...ports]).size, 4);
  await kubectl("-n", "work", "delete", "deployment/web", "service/a");
  assert.equal((await client.send("GET", "/apis/apps/v1/namespaces/work/deployments/web")).status, 404);
  return token;
}

async function watches({ client }: Server): Promise<void> {
  const path = "/api/v1/namespaces/work/configmaps";
  const { metadata } = await client.must("GET", path);
  const ended = new AbortController();
  const seen: string[] = [];
  const watched = client.watch(
    `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`,
    ({ type, object }) => {
      seen.push(`${type} ${object.metadata.name}`);
      if (seen.length === 3) ended.abort();
    },
    ended.signal,
  );
  const made = await client.must("POST", path, { metadata: { name: "seen" }, data: { a: "1" } });
  await client.must("PUT", `${path}/seen`, { ...made, data: { a: "2" } });
  await client.must("DELETE", `${path}/seen`);
  await watched;
  assert.deepEqual(seen, ["ADDED seen", "MODIFIED seen", "DELETED seen"]);
}

const CONFIG_MAPS = "/api/v1/namespaces/work/configmaps";

async function page({ client }: Server, token: string) {
  const found = await client.send("GET", `${CONFIG_MAPS}?limit=3&continue=${encodeURIComponent(token)}`);
  const next = (found.body.metadata as { continue?: string }).continue ?? "";
  return { status: found.status, names: (found.body.items ?? []).map(({ metadata }) => metadata.name), next };
}

/** Pages of one moment, whatever is written in between. */
async function pages(server: Server, etcd: string): Promise<string> {
  const { client } = server;
  for (let index = 0; index < 7; index++)
    await client.must("POST", CONFIG_MAPS, { metadata: { name: `page-${index}` }, data: {} });
  const first = await page(server, "");
  await client.must("DELETE", `${CONFIG_MAPS}/page-3`);
  const second = await page(server, first.next);
  assert.deepEqual([first.names.length, second.names.length], [3, 3]);
  assert.ok(second.names.includes("page-3"));
  const revision = /"revision":(\d+)/.exec(await etcdctl(etcd, "get", "none", "-w", "json"))![1]!;
  await etcdctl(etcd, "compaction", revision);
  return first.next;
}

async function events({ client, kubectl }: Server): Promise<void> {
  await kubectl("create", "namespace", "short");
  const involvedObject = { kind: "Pod", name: "a", namespace: "short" };
  const event = { metadata: { name: "a.1" }, involvedObject, reason: "Tested", type: "Normal" };
  await client.must("POST", "/api/v1/namespaces/short/events", event);
  await eventually(async () => {
    const { status } = await client.send("GET", "/api/v1/namespaces/short/events/a.1");
    assert.equal(status, 404, "an event is gone once its time is over");
  });
}

suite("kube-apiserver", { skip: withoutUpstream }, () => {
  const temporary = () => mkdtempSync(join(tmpdir(), "navarch-upstream-"));

  test("works on a real etcd", { skip: withoutEtcd }, async () => {
    const directory = temporary();
    {
      const { process, url } = await startEtcd(directory);
      await using _etcd = process;
      await using servers = await Servers.create();
      const server = await servers.upstream(url, "--event-ttl=3s");
      const token = await use(server, url);
      await events(server);
      await server.stop();
      await usesAgain(await servers.upstream(url), token);
    }
    rmSync(directory, { recursive: true });
  });

  test("works on navarch etcd as well, through its end and a new start", async () => {
    const directory = temporary();
    {
      await using etcd = await OurEtcd.start(directory);
      await using servers = await Servers.create();
      const server = await servers.upstream(etcd.url, "--event-ttl=3s");
      const token = await use(server, etcd.url);
      await events(server);
      await survives(server, etcd);
      await server.stop();
      await usesAgain(await servers.upstream(etcd.url), token);
    }
    rmSync(directory, { recursive: true });
  });
});

/** The server stays; its etcd is killed and comes back where it was. */
async function survives({ client }: Server, etcd: OurEtcd): Promise<void> {
  const ended = new AbortController();
  const seen: string[] = [];
  const watched = client.watch(
    `${CONFIG_MAPS}?watch=1&timeoutSeconds=30`,
    ({ object }) => {
      seen.push(object.metadata.name);
      if (object.metadata.name === "after") ended.abort();
    },
    ended.signal,
  );
  await client.must("POST", CONFIG_MAPS, { metadata: { name: "before" } });
  await etcd.stop("SIGKILL");
  await etcd.startAgain();
  await eventually(() => client.must("POST", CONFIG_MAPS, { metadata: { name: "after" } }));
  await client.must("GET", `${CONFIG_MAPS}/before`);
  await watched;
  assert.deepEqual(seen.slice(-2), ["before", "after"]);
}

/** A new server on what is there. */
async function usesAgain(server: Server, token: string): Promise<void> {
  assert.match(await server.kubectl("-n", "work", "get", "service", "b"), /NodePort/);
  assert.equal((await page(server, token)).status, 410);
}
