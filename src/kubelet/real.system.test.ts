import { busyboxImage, withoutContainers } from "./testing/containers.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { cryptoRandom, logTo, realClock, Scope, silentLog } from "../base/index.ts";
import type { ApiRequest, Handler, UpgradedConnection, UpgradedStream } from "../net/index.ts";
import { type RealKubelet, removeRealNode, startRealKubelet } from "./real.ts";
import { kubeletHandler } from "./server/index.ts";
import { FakeApi, FakeEvents } from "./testing/fake-api.ts";
import { enterNamespaces, realDirectoryPrefix } from "./testing/namespaces.ts";

const skip = withoutContainers();
if (!skip) await enterNamespaces();
const IMAGE = "navarch.dev/test/busybox:1";
/** Minutes: what a test waits for says nothing about speed. */
const TRIES_MAX = 6000;

suite("a kubelet on containerd", { skip }, () => {
  const clock = realClock();
  const directory = mkdtempSync(realDirectoryPrefix());
  const options = {
    nodeName: "node-1",
    dataDirectory: `${directory}/kubelet`,
    containerdDirectory: `${directory}/containerd`,
    clusterDNS: ["10.96.0.10"],
  };
  const api = new FakeApi();
  api.podCidr = "10.199.78.0/24";
  api.nowMs = () => clock.now();
  const events = new FakeEvents();
  const failures: unknown[] = [];
  let scope: Scope;
  let kubelet: RealKubelet;
  let handler: Handler;

  async function start() {
    scope = new Scope((error) => failures.push(error));
    const log = logTo((level, message, fields) => {
      if (process.env.NAVARCH_TEST_LOG) process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`);
    });
    const component = { client: undefined as never, clock, random: cryptoRandom(), log, scope };
    kubelet = await startRealKubelet(component, options, { api, events });
    handler = kubeletHandler(kubelet);
  }

  before(async () => {
    await start();
    await kubelet.importImage(IMAGE, busyboxImage(IMAGE));
  });

  after(async () => {
    await scope.close();
    await removeRealNode({ clock, log: silentLog }, options, new AbortController().signal);
    rmSync(directory, { recursive: true, force: true });
    assert.ok(!(await readFile("/proc/self/mountinfo", "utf8")).includes(directory), "mounts were left behind");
    assert.deepEqual(failures, []);
  });

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await condition()) return;
      await clock.sleep(50);
    }
    assert.fail(
      `${what}: ${JSON.stringify([...api.pods.values()].map((pod) => pod.status))}\n${events.lines.join("\n")}`,
    );
  }

  const isReady = (name: string) =>
    api.pod(name)?.status.conditions?.find((each) => each.type === "Ready")?.status === "True";

  function request(path: string, query = "", upgrade?: ApiRequest["upgrade"]): ApiRequest {
    return {
      method: upgrade ? "POST" : "GET",
      path,
      query,
      headers: {},
      body: { type: "none" },
      peer: { address: "", identity: { name: "kube-apiserver", groups: ["system:masters"] } },
      signal: scope.signal,
      ...(upgrade ? { upgrade } : {}),
    };
  }

  async function get(path: string, query = ""): Promise<string> {
    const { body } = await handler(request(path, query));
    if (body.type === "bytes") return new TextDecoder().decode(body.bytes);
    assert.ok(body.type === "stream");
    let text = "";
    for await (const chunk of body.chunks) text += new TextDecoder().decode(chunk);
    return text;
  }

  test("a pod runs with its volumes, variables, name, probes and log", async () => {
    api.setConfigMap("settings", { "index.html": "hello from a file\n" });
    api.bind({
      metadata: { name: "web", labels: { app: "web" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: "app",
            image: IMAGE,
            command: [
              "sh",
              "-c",
              "echo starting $WHO; hostname; cat /etc/resolv.conf >/tmp/r; exec httpd -f -p 8080 -h /www",
            ],
            env: [{ name: "WHO", value: "me" }],
            readinessProbe: { httpGet: { path: "/index.html", port: 8080 }, periodSeconds: 1 },
            livenessProbe: { exec: { command: ["test", "-f", "/www/index.html"] }, periodSeconds: 1 },
            volumeMounts: [
              { name: "www", mountPath: "/www", readOnly: true },
              { name: "scratch", mountPath: "/scratch" },
              { name: "scratch", mountPath: "/part", subPath: "a/b" },
              { name: "memory", mountPath: "/memory" },
            ],
            resources: { requests: { cpu: "50m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
            securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: false },
          },
        ],
        volumes: [
          { name: "www", configMap: { name: "settings" } },
          { name: "scratch", emptyDir: {} },
          { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
        ],
      },
    });
    await until("web is ready", () => isReady("web"));
    const { status } = api.pod("web");
    assert.match(status.podIP!, /^10\.199\.78\./);
    assert.match(status.containerStatuses![0]!.containerID!, /^containerd:\/\/[0-9a-f]{64}$/);
    assert.equal(await get("/containerLogs/default/web/app"), "starting me\nweb\n");
    assert.equal(await get("/containerLogs/default/web/app", "tailLines=1"), "web\n");
    const run = (command: string) => get("/run/default/web/app", `cmd=${encodeURIComponent(command)}`);
    assert.match(await run("cat /tmp/r"), /search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local/);
    assert.match(await run("cat /etc/hosts"), new RegExp(`${status.podIP}\\tweb`));
    await run("touch /part/file");
    assert.equal(await run("ls /scratch/a/b"), "file\n");
    assert.match(await run("cat /proc/mounts"), /tmpfs \/memory tmpfs [^\n]*size=1024k/);
    assert.match(await run("wget -qO- http://127.0.0.1:8080/"), /hello from a file/);
    api.setConfigMap("settings", { "index.html": "changed\n" });
    await until("the file changes", async () => (await run("cat /www/index.html")) === "changed\n");
  });

  test("commands and ports work through streams", async () => {
    const upgrade = { protocol: "spdy/3.1", subprotocols: ["v4.channel.k8s.io"] };
    const query = "command=sh&command=-c&command=cat;echo%20err%20>%262;exit%205&input=1&output=1&error=1";
    const answer = await handler(request("/exec/default/web/app", query, upgrade));
    assert.ok(answer.body.type === "upgrade");
    const client = pipedConnection("v4.channel.k8s.io", ["error", "stdin", "stdout", "stderr"]);
    const serving = answer.body.serve(client.connection);
    client.send("stdin", "hello\n");
    await serving;
    assert.equal(client.received("stdout"), "hello\n");
    assert.equal(client.received("stderr"), "err\n");
    assert.match(client.received("error"), /"ExitCode","message":"5"/);
    const forward = await handler(
      request("/portForward/default/web", "", { protocol: "spdy/3.1", subprotocols: ["portforward.k8s.io"] }),
    );
    assert.ok(forward.body.type === "upgrade");
    const ports = pipedConnection("portforward.k8s.io", ["error", "data"], { port: "8080", requestid: "0" });
    ports.send("data", "GET /index.html HTTP/1.0\r\n\r\n");
    await forward.body.serve(ports.connection);
    await until("the answer comes", () => /changed/.test(ports.received("data")));
  });

  test("a restarted kubelet finds its containers running", async () => {
    const before = api.pod("web").status.containerStatuses![0]!;
    await scope.close();
    await start();
    await clock.sleep(1500);
    const now = api.pod("web").status.containerStatuses![0]!;
    assert.equal(now.containerID, before.containerID);
    assert.equal(now.restartCount, 0);
    await until("web is ready", () => isReady("web"));
  });

  test("a container that is killed is restarted, and its end is told", async () => {
    const id = api.pod("web").status.containerStatuses![0]!.containerID!.split("//")[1]!;
    await kubelet.context.runtime.stopContainer(id, 0, scope.signal);
    await until(
      "web restarts",
      () => api.pod("web").status.containerStatuses![0]!.restartCount === 1 && isReady("web"),
    );
    assert.ok(api.pod("web").status.containerStatuses![0]!.lastState!.terminated);
  });

  test("a job's pod completes with its last words", async () => {
    const command = ["sh", "-c", "echo -n bye > /dev/termination-log; exit 0"];
    const containers = [{ name: "app", image: IMAGE, command }];
    api.bind({ metadata: { name: "job" }, spec: { restartPolicy: "Never", containers } });
    await until("job succeeds", () => api.pod("job").status.phase === "Succeeded");
    assert.equal(api.pod("job").status.containerStatuses![0]!.state!.terminated!.message, "bye");
  });

  test("deleted pods leave nothing behind", async () => {
    api.requestDeletion("web", 1);
    api.requestDeletion("job", 1);
    await until("both are gone", () => api.pods.size === 0);
    await until("the runtime is empty", async () => {
      const left = await kubelet.context.runtime.listPodSandboxes({}, scope.signal);
      return left.length === 0;
    });
    assert.deepEqual(await kubelet.context.host.files.list(`${options.dataDirectory}/pods`), []);
  });
});

/** A client's end of an upgraded connection, as data. */
function pipedConnection(subprotocol: string, names: readonly string[], headers: Record<string, string> = {}) {
  const outputs = new Map<string, string>(names.map((name) => [name, ""]));
  const inputs = new Map<string, string>();
  const closed = Promise.withResolvers<void>();
  const stream = (name: string, id: number): UpgradedStream => ({
    id,
    headers: { ...headers, streamtype: name },
    incoming: (async function* () {
      const text = inputs.get(name);
      if (text !== undefined) yield new TextEncoder().encode(text);
    })(),
    write: async (chunk) => void outputs.set(name, outputs.get(name)! + new TextDecoder().decode(chunk)),
    end: async () => {},
    close: () => {},
  });
  const connection: UpgradedConnection = {
    protocol: "spdy/3.1",
    subprotocol,
    streams: (async function* () {
      for (const [index, name] of names.entries()) yield stream(name, index * 2 + 1);
    })(),
    channel: () => assert.fail("SPDY has no channels"),
    open: () => assert.fail("the server opens no streams"),
    close: () => closed.resolve(),
    closed: closed.promise,
  };
  return {
    connection,
    send: (name: string, text: string) => void inputs.set(name, text),
    received: (name: string) => outputs.get(name) ?? "",
  };
}
