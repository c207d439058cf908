import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Draft, isPodReady, Pod, Service } from "../api/index.ts";
import { readBody } from "../net/index.ts";
import { Cluster } from "./index.ts";

const PODS = "/api/v1/namespaces/default/pods";
const SERVICES = "/api/v1/namespaces/default/services";

function pod(name: string, more: { spec?: object; container?: object; script?: object } = {}): Draft<Pod> {
  const { spec, container, script } = more;
  return {
    metadata: {
      name,
      namespace: "default",
      labels: { app: "web" },
      ...(script && { annotations: { "sim.navarch.dev/script": JSON.stringify(script) } }),
    },
    spec: { containers: [{ name: "web", image: "example.com/web:1", ...container }], ...spec },
  };
}

async function fetch(cluster: Cluster, path: string, init: { method?: string; body?: string; query?: string } = {}) {
  const { method = "GET", body, query = "" } = init;
  const response = await cluster.client.raw({
    method,
    path,
    query,
    ...(body !== undefined && { body: { type: "bytes", bytes: new TextEncoder().encode(body) } }),
  });
  const text = new TextDecoder().decode(await readBody(response));
  return { status: response.status, headers: response.headers, text };
}

suite("simulated pods answer HTTP", () => {
  test("with their host name, through the pod and through its service", async () => {
    await using cluster = await Cluster.start({ nodes: 2, seed: 1 });
    await cluster.client.create(Pod, pod("web", { container: { ports: [{ containerPort: 8080 }] } }));
    await cluster.client.create(Service, {
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await cluster.settle();
    for (const path of [`${PODS}/web/proxy/`, `${PODS}/web:8080/proxy/any`, `${SERVICES}/web:80/proxy/`]) {
      const { status, headers, text } = await fetch(cluster, path);
      assert.deepEqual([status, headers["content-type"], text], [200, "text/plain; charset=utf-8", "web\n"], path);
    }
    const { status } = await cluster.client.get(Pod, { namespace: "default", name: "web" });
    assert.match(status.hostIP!, /^198\.18\.0\.[12]$/);
    assert.deepEqual(status.hostIPs, [{ ip: status.hostIP }]);
  });

  test("as the pod's annotation says", async () => {
    await using cluster = await Cluster.start({ seed: 1 });
    const script = {
      ports: [80],
      http: {
        "/": "<a href='/next'>next</a>",
        "POST /items": { status: 201, headers: { "x-made": "1" }, body: "made" },
      },
    };
    await cluster.client.create(Pod, pod("web", { script }));
    await cluster.settle();
    assert.equal((await fetch(cluster, `${PODS}/web/proxy/`)).text, "<a href='/next'>next</a>");
    const made = await fetch(cluster, `${PODS}/web/proxy/items`, { method: "POST", body: "{}" });
    assert.deepEqual([made.status, made.headers["x-made"], made.text], [201, "1", "made"]);
    assert.equal((await fetch(cluster, `${PODS}/web/proxy/items`)).status, 404);
    const refused = await fetch(cluster, `${PODS}/web:81/proxy/`);
    assert.equal(refused.status, 503);
    assert.match(refused.text, /dial tcp 10\.244\.0\.\d+:81: connect: connection refused/);
  });

  test("as a function of the cluster's options says, in every fork", async () => {
    const seen: string[] = [];
    await using cluster = await Cluster.start({
      seed: 1,
      images: {
        "example.com/web": {
          serve: ({ method, path, query, headers, body, port, pod: { name } }) => {
            seen.push(`${name}:${port} ${method} ${path}?${query} ${headers["x-forwarded-uri"]}`);
            return { status: 202, body: new TextDecoder().decode(body).toUpperCase() };
          },
        },
      },
    });
    await cluster.client.create(Pod, pod("web"));
    await cluster.settle();
    const ask = { method: "PUT", body: "quiet", query: "a=1" };
    const answer = await fetch(cluster, `${PODS}/web:90/proxy/x`, ask);
    assert.deepEqual([answer.status, answer.text], [202, "QUIET"]);
    await using fork = await cluster.fork();
    assert.equal((await fetch(fork, `${PODS}/web/proxy/`, { body: "fork", method: "POST" })).text, "FORK");
    assert.deepEqual(seen, [`web:90 PUT /x?a=1 ${PODS}/web:90/proxy/x`, `web:80 POST /? ${PODS}/web/proxy/`]);
  });

  test("in their own time", async () => {
    await using cluster = await Cluster.start({ seed: 1 });
    await cluster.client.create(Pod, pod("web", { script: { http: { "/slow": { body: "late", afterMs: 5000 } } } }));
    await cluster.settle();
    const began = cluster.clock.now();
    const asked = fetch(cluster, `${PODS}/web/proxy/slow`).then((answer) => [answer.text, cluster.clock.now() - began]);
    await cluster.advance(10_000);
    assert.deepEqual(await asked, ["late", 5000]);
  });

  test("to probes too, by path", async () => {
    await using cluster = await Cluster.start({ seed: 1 });
    const probe = (path: string) => ({ readinessProbe: { httpGet: { path, port: 80 }, periodSeconds: 1 } });
    const script = { http: { "/ready": "yes", "/sick": { status: 500 } } };
    await cluster.client.create(Pod, pod("well", { script, container: probe("/ready") }));
    await cluster.client.create(Pod, pod("sick", { script, container: probe("/sick") }));
    const slow = { http: { "/": { afterMs: 1500 } } };
    await cluster.client.create(Pod, pod("slow", { script: slow, container: probe("/") }));
    await cluster.client.create(Pod, pod("host", { container: probe("/"), spec: { hostNetwork: true } }));
    await cluster.advance(30_000);
    const ready = (await cluster.client.list(Pod, { namespace: "default" })).items.filter(isPodReady);
    assert.deepEqual(ready.map(({ metadata }) => metadata.name).sort(), ["host", "well"]);
  });

  test("on the node's address when they are on its network", async () => {
    await using cluster = await Cluster.start({ nodes: 2, seed: 1 });
    const ports = [{ containerPort: 9100, hostPort: 9100 }];
    const spec = { hostNetwork: true, nodeName: "node-2" };
    await cluster.client.create(Pod, pod("agent", { spec, container: { ports } }));
    await cluster.settle();
    assert.equal((await fetch(cluster, "/api/v1/nodes/node-2:9100/proxy/")).text, "node-2\n");
    const { status, text } = await fetch(cluster, "/api/v1/nodes/node-1:9100/proxy/");
    assert.equal(status, 503);
    assert.match(text, /dial tcp 198\.18\.0\.1:9100: connect: connection refused/);
  });

  test("no longer once they have ended, and never at addresses that are nobody's", async () => {
    await using cluster = await Cluster.start({ seed: 1 });
    await cluster.client.create(Pod, pod("once", { script: { exitAfterMs: 1000 }, spec: { restartPolicy: "Never" } }));
    await cluster.settle();
    assert.equal((await fetch(cluster, `${PODS}/once/proxy/`)).status, 503);
    await cluster.client.create(Pod, pod("web"));
    await cluster.settle();
    const stray = await cluster.client.get(Pod, { namespace: "default", name: "web" });
    const address = { podIP: "203.0.113.9", podIPs: [{ ip: "203.0.113.9" }] };
    await cluster.client.updateStatus(Pod, { ...stray, status: { ...stray.status, ...address } } as Draft<Pod>);
    const { status, text } = await fetch(cluster, `${PODS}/web/proxy/`);
    assert.equal(status, 503);
    assert.match(text, /dial tcp 203\.0\.113\.9(:80): connect: no route to host/);
  });
});
