import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parse } from "yaml";
import type { Pod } from "../../src/api/index.ts";
import { eventually, type TestCluster } from "./cli.ts";
import { enterReal, fetchText, realDirectory, upReal } from "./real.ts";

const skip = await enterReal();
const HELLO = join(import.meta.dirname, "../../examples/hello");
const WRITERS = 4;
const WRITES_BEFORE_KILL = 200;

suite("a control plane that is killed while it is written to", { skip }, () => {
  test("loses nothing that it acknowledged, restarts no container, and goes on", async () => {
    const directory = realDirectory();
    const first = await upReal({ directory });
    await first.kubectl("apply", "-f", HELLO);
    await first.kubectl("rollout", "status", "deployment/hello", "--timeout=180s");
    const containers = await containersOf(first);
    assert.equal(containers.size, 3);

    const load = startWriters(first);
    await load.reached(WRITES_BEFORE_KILL);
    await first.kubectl("scale", "deployment/hello", "--replicas=5");
    await first.kill();
    const written = await load.acknowledged;

    await using second = await upReal({ directory });
    await assertWritten(second, written);
    await eventually(() => second.kubectl("rollout", "status", "deployment/hello", "--timeout=180s"));
    const now = await containersOf(second);
    assert.equal(now.size, 5);
    for (const [id, restarts] of containers) assert.equal(now.get(id), restarts, "the same containers run on");
    const address = await second.kubectl("get", "service", "hello", "-o", "jsonpath={.spec.clusterIP}");
    assert.match(await eventually(() => fetchText(`http://${address}/cgi-bin/hello`)), /Hello from Navarch/);
    await second.kubectl("delete", "deployment", "hello", "--wait");
    await second.kubectl("wait", "--for=delete", "pods", "-l", "app=hello", "--timeout=180s");
  });
});

/** Containers of the example by their id, with how often they were restarted. */
async function containersOf(cluster: TestCluster): Promise<Map<string, number>> {
  const { items } = await cluster.get<{ items: Pod[] }>("pods", "-l", "app=hello");
  const statuses = items.flatMap((pod) => pod.status.containerStatuses ?? []);
  return new Map(statuses.map((each) => [each.containerID ?? "", each.restartCount]));
}

async function assertWritten(cluster: TestCluster, written: ReadonlyMap<string, string>): Promise<void> {
  const { items } = await cluster.get<{ items: { metadata: { name: string }; data?: { value: string } }[] }>(
    "configmaps",
  );
  const found = new Map(items.map(({ metadata, data }) => [metadata.name, data?.value]));
  const lost = [...written].filter(([name, value]) => found.get(name) !== value);
  assert.deepEqual(lost, []);
  assert.ok(written.size >= WRITES_BEFORE_KILL);
}

interface Load {
  /** Resolves once so many writes were acknowledged. */
  reached(count: number): Promise<void>;
  /** Name and value of every acknowledged write, once the server doesn't answer any more. */
  readonly acknowledged: Promise<ReadonlyMap<string, string>>;
}

/** Writers that make objects as fast as they are acknowledged, until the server is gone. */
function startWriters({ directory }: TestCluster): Load {
  const { clusters, users } = parse(readFileSync(join(directory, "kubeconfig"), "utf8"));
  const decode = (text: string) => Buffer.from(text, "base64");
  const agent = new Agent({
    keepAlive: true,
    ca: decode(clusters[0].cluster["certificate-authority-data"]),
    cert: decode(users[0].user["client-certificate-data"]),
    key: decode(users[0].user["client-key-data"]),
  });
  const acknowledged = new Map<string, string>();
  const writer = async (id: number) => {
    for (let count = 0; ; count++) {
      const [name, value] = [`written-${id}-${count}`, `value ${count}`];
      const status = await create(agent, clusters[0].cluster.server, { name, value }).catch(() => undefined);
      if (status === undefined) return;
      assert.equal(status, 201);
      acknowledged.set(name, value);
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)));
  return {
    reached: (count) => eventually(async () => assert.ok(acknowledged.size >= count)),
    acknowledged: writers.then(() => {
      agent.destroy();
      return acknowledged;
    }),
  };
}

function create(agent: Agent, server: string, object: { name: string; value: string }): Promise<number> {
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: object.name },
    data: { value: object.value },
  });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const url = `${server}/api/v1/namespaces/default/configmaps`;
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
