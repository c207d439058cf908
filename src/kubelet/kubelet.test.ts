import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "./testing/harness.ts";

test("a pod becomes ready and says so with conditions, addresses and events", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  const { status } = it.api.pod("web");
  assert.equal(status.phase, "Running");
  assert.equal(status.podIP, "10.244.7.2");
  assert.equal(status.hostIP, "192.168.0.7");
  assert.deepEqual(
    status.conditions?.map((each) => `${each.type}=${each.status}`),
    ["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"],
  );
  const [container] = status.containerStatuses!;
  assert.equal(container!.ready, true);
  assert.match(container!.containerID!, /^memory:\/\/[0-9a-f]{64}$/);
  assert.deepEqual(
    it.events.lines.filter((line) => line.startsWith("web")).map((line) => line.replace(/in \d+m?s.*/, "in …")),
    [
      'web Pulling: Pulling image "app:1"',
      'web Pulled: Successfully pulled image "app:1" in …',
      "web Created: Container created",
      "web Started: Container started",
    ],
  );
  assert.deepEqual(it.failures, []);
});

test("a container that keeps failing is restarted with growing delays", async () => {
  await using it = await startHarness();
  it.api.bind({
    metadata: { name: "crash" },
    spec: { containers: [{ name: "app", command: ["sh", "-c", "exit 3"] }] },
  });
  await it.clock.advance(5000);
  const first = it.api.pod("crash").status.containerStatuses![0]!;
  assert.equal(first.restartCount, 1);
  assert.equal(first.state!.waiting!.reason, "CrashLoopBackOff");
  assert.match(
    first.state!.waiting!.message!,
    /^back-off 10s restarting failed container=app pod=crash_default\(uid-crash\)$/,
  );
  assert.equal(first.lastState!.terminated!.exitCode, 3);
  await it.clock.advance(30_000);
  const later = it.api.pod("crash").status.containerStatuses![0]!;
  assert.equal(later.restartCount, 3);
  assert.match(later.state!.waiting!.message!, /^back-off 40s /);
  assert.deepEqual(it.failures, []);
});

test("a pod that never restarts ends with its containers", async () => {
  await using it = await startHarness();
  const spec = (command: string) => ({
    restartPolicy: "Never",
    containers: [{ name: "app", command: ["sh", "-c", command] }],
  });
  it.api.bind({ metadata: { name: "good" }, spec: spec("sleep 5; echo done") });
  it.api.bind({ metadata: { name: "bad" }, spec: spec("exit 7") });
  await it.clock.advance(10_000);
  assert.equal(it.api.pod("good").status.phase, "Succeeded");
  assert.equal(it.api.pod("good").status.containerStatuses![0]!.state!.terminated!.reason, "Completed");
  assert.equal(it.api.pod("bad").status.phase, "Failed");
  assert.equal(it.api.pod("bad").status.containerStatuses![0]!.state!.terminated!.exitCode, 7);
  assert.deepEqual(it.failures, []);
});

test("a deleted pod gets its grace, reports its end, and goes", async () => {
  await using it = await startHarness();
  const annotations = { "sim.navarch.dev/script": JSON.stringify({ stopMs: 4000 }) };
  it.api.bind({ metadata: { name: "web", annotations }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  it.api.requestDeletion("web", 30);
  await it.clock.advance(3000);
  assert.equal(it.api.pod("web").status.phase, "Running");
  await it.clock.advance(3000);
  assert.deepEqual(it.api.deleted, ["web"]);
  assert.deepEqual(await it.runtime.listPodSandboxes({}), []);
  assert.deepEqual(await it.host.files.list("/data/kubelet/pods"), []);
  assert.ok(it.events.lines.includes("web Killing: Stopping container app"));
  assert.deepEqual(it.failures, []);
});

test("a pod that ignores SIGTERM is killed when its grace is over, sooner when asked again", async () => {
  await using it = await startHarness();
  const annotations = { "sim.navarch.dev/script": JSON.stringify({ stopMs: null }) };
  it.api.bind({ metadata: { name: "web", annotations }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  it.api.requestDeletion("web", 600);
  await it.clock.advance(10_000);
  assert.deepEqual(it.api.deleted, []);
  it.api.requestDeletion("web", 5);
  await it.clock.advance(6000);
  assert.deepEqual(it.api.deleted, ["web"]);
  assert.deepEqual(it.failures, []);
});

test("init containers run one after the other before the others, and sidecars stay", async () => {
  await using it = await startHarness();
  it.api.bind({
    metadata: { name: "web" },
    spec: {
      initContainers: [
        { name: "first", image: "app:1", resources: {}, command: ["sleep", "2"] },
        { name: "side", image: "app:1", resources: {}, restartPolicy: "Always" },
        { name: "second", image: "app:1", resources: {}, command: ["sleep", "3"] },
      ],
      containers: [{ name: "app" }],
    },
  });
  await it.clock.advance(1000);
  assert.equal(it.api.pod("web").status.phase, "Pending");
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.state!.waiting!.reason, "PodInitializing");
  await it.clock.advance(2000);
  assert.deepEqual(
    it.api.pod("web").status.initContainerStatuses!.map((each) => [each.name, each.ready]),
    [
      ["first", true],
      ["side", true],
      ["second", false],
    ],
  );
  await it.clock.advance(5000);
  const { status } = it.api.pod("web");
  assert.equal(status.phase, "Running");
  assert.equal(status.conditions?.find((each) => each.type === "Ready")?.status, "True");
  assert.deepEqual(it.failures, []);
});

test("probes decide on readiness and restarts", async () => {
  await using it = await startHarness();
  const annotations = { "sim.navarch.dev/script": JSON.stringify({ readyAfterMs: 12_000, unhealthyAfterMs: 60_000 }) };
  const probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 5, failureThreshold: 2 };
  it.api.bind({
    metadata: { name: "web", annotations },
    spec: {
      containers: [{ name: "app", readinessProbe: probe, livenessProbe: { ...probe, initialDelaySeconds: 20 } }],
    },
  });
  await it.clock.advance(5000);
  const ready = () => it.api.pod("web").status.containerStatuses![0]!.ready;
  assert.equal(ready(), false);
  await it.clock.advance(15_000);
  assert.equal(ready(), true);
  await it.clock.advance(55_000);
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.restartCount, 1);
  assert.ok(it.events.lines.includes("web Killing: Container app failed liveness probe, will be restarted"));
  assert.ok(
    it.events.lines.includes(
      'web Unhealthy: Readiness probe failed: Get "http://10.244.7.2:80/": dial tcp 10.244.7.2:80: connect: connection refused',
    ),
  );
  assert.deepEqual(it.failures, []);
});

test("a pull that fails is tried again later", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", image: "registry.invalid/app:1" }] } });
  await it.clock.advance(2000);
  const waiting = it.api.pod("web").status.containerStatuses![0]!.state!.waiting!;
  assert.ok(["ErrImagePull", "ImagePullBackOff"].includes(waiting.reason!));
  await it.clock.advance(20_000);
  const pulls = it.events.lines.filter((line) => line.startsWith("web Pulling")).length;
  assert.equal(pulls, 2);
  assert.deepEqual(it.failures, []);
});

test("volumes and variables come from config maps, secrets and the pod, and follow changes", async () => {
  await using it = await startHarness();
  it.api.setConfigMap("settings", { color: "red" });
  it.api.setSecret("keys", { token: "s3cret" });
  it.api.bind({
    metadata: { name: "web", labels: { app: "web" } },
    spec: {
      serviceAccountName: "default",
      containers: [
        {
          name: "app",
          env: [
            { name: "COLOR", valueFrom: { configMapKeyRef: { name: "settings", key: "color" } } },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } },
            { name: "WHO", value: "$(COLOR) $$(COLOR) $(NOBODY)" },
            { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          ],
          volumeMounts: [
            { name: "config", mountPath: "/etc/config" },
            { name: "all", mountPath: "/all" },
          ],
        },
      ],
      volumes: [
        { name: "config", configMap: { name: "settings" } },
        {
          name: "all",
          projected: {
            sources: [
              { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
              { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
            ],
          },
        },
      ],
    },
  });
  await it.clock.advance(1000);
  const { signal } = new AbortController();
  const id = it.api.pod("web").status.containerStatuses![0]!.containerID!.split("//")[1]!;
  const run = async (...command: string[]) => {
    const result = await it.runtime.execSync(id, command, 0, signal);
    return new TextDecoder().decode(result.stdout);
  };
  assert.equal(await run("printenv", "WHO"), "red $(COLOR) $(NOBODY)\n");
  assert.equal(await run("printenv", "TOKEN"), "s3cret\n");
  assert.equal(await run("printenv", "IP"), "10.244.7.2\n");
  assert.equal(await run("cat", "/etc/config/color"), "red");
  assert.equal(await run("cat", "/all/labels"), 'app="web"');
  const token = await run("cat", "/all/token");
  it.api.setConfigMap("settings", { color: "blue", shape: "round" });
  await it.clock.advance(3_000_000);
  assert.equal(await run("cat", "/etc/config/color"), "blue");
  assert.equal(await run("cat", "/etc/config/shape"), "round");
  assert.notEqual(await run("cat", "/all/token"), token);
  assert.deepEqual(it.failures, []);
});

test("a missing config map keeps the container waiting until it is there", async () => {
  await using it = await startHarness();
  const envFrom = [{ configMapRef: { name: "late" } }];
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", envFrom }] } });
  await it.clock.advance(2000);
  const waiting = it.api.pod("web").status.containerStatuses![0]!.state!.waiting!;
  assert.deepEqual(waiting, { reason: "CreateContainerConfigError", message: 'configmap "late" not found' });
  it.api.setConfigMap("late", { A: "1" });
  await it.clock.advance(1000);
  assert.equal(it.api.pod("web").status.phase, "Running");
  assert.deepEqual(it.failures, []);
});

test("a key that every object inherits is missing like any other", async () => {
  await using it = await startHarness();
  it.api.setConfigMap("settings", { A: "1" });
  const env = [{ name: "B", valueFrom: { configMapKeyRef: { name: "settings", key: "constructor" } } }];
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", env }] } });
  await it.clock.advance(2000);
  const { waiting } = it.api.pod("web").status.containerStatuses![0]!.state!;
  const message = "couldn't find key constructor in ConfigMap default/settings";
  assert.deepEqual(waiting, { reason: "CreateContainerConfigError", message });
});

test("a restarted kubelet leaves running containers alone and ends what was deleted meanwhile", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "stays" }, spec: { containers: [{ name: "app" }] } });
  it.api.bind({ metadata: { name: "goes" }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  const before = it.api.pod("stays").status.containerStatuses![0]!.containerID;
  it.api.pods.delete("default/goes");
  await it.restart();
  await it.clock.advance(40_000);
  const after = it.api.pod("stays").status.containerStatuses![0]!;
  assert.equal(after.containerID, before);
  assert.equal(after.restartCount, 0);
  assert.equal((await it.runtime.listPodSandboxes({})).length, 1);
  assert.deepEqual(it.failures, []);
});

test("a pod that the node has no room for is rejected", async () => {
  await using it = await startHarness({ machine: { cpuCount: 1 } });
  const resources = { requests: { cpu: "700m" } };
  it.api.bind({ metadata: { name: "first" }, spec: { containers: [{ name: "app", resources }] } });
  await it.clock.advance(1000);
  it.api.bind({ metadata: { name: "second" }, spec: { containers: [{ name: "app", resources }] } });
  await it.clock.advance(1000);
  const { status } = it.api.pod("second");
  assert.equal(status.phase, "Failed");
  assert.equal(status.reason, "OutOfcpu");
  assert.equal(
    status.message,
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 700, used: 700, capacity: 1000",
  );
  assert.deepEqual(it.failures, []);
});

test("a force-deleted pod is ended and leaves nothing behind", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  it.api.forceDelete("web");
  await it.clock.advance(1000);
  assert.deepEqual(await it.runtime.listContainers({}), []);
  assert.deepEqual(await it.runtime.listPodSandboxes({}), []);
  assert.deepEqual(it.failures, []);
});

test("the node registers, becomes ready with its pod CIDR, and renews its lease", async () => {
  await using it = await startHarness();
  await it.clock.advance(1000);
  const { node } = it.api;
  assert.equal(node!.status.conditions!.find((each) => each.type === "Ready")!.status, "True");
  assert.equal(node!.metadata.labels!["kubernetes.io/hostname"], "node-1");
  assert.deepEqual(node!.status.addresses, [
    { type: "InternalIP", address: "192.168.0.7" },
    { type: "Hostname", address: "node-1" },
  ]);
  const first = it.api.lease!.spec.renewTime;
  await it.clock.advance(10_000);
  assert.notEqual(it.api.lease!.spec.renewTime, first);
  assert.deepEqual(it.failures, []);
});

test("a static pod runs, its mirror shows it, and both go with its manifest", async () => {
  await using it = await startHarness({ kubelet: { staticPodPath: "/manifests" } });
  await it.host.files.makeDirectory("/manifests");
  const manifest = (command: string) => `apiVersion: v1
kind: Pod
metadata: {name: proxy}
spec:
  hostNetwork: true
  containers: [{name: app, image: "app:1", command: [sleep, ${command}]}]
`;
  await it.host.files.write("/manifests/proxy.yaml", manifest("infinity"));
  await it.clock.advance(25_000);
  const mirror = it.api.pod("proxy-node-1");
  assert.equal(mirror.status.phase, "Running");
  assert.equal(mirror.metadata.annotations!["kubernetes.io/config.source"], "file");
  assert.equal(mirror.status.podIP, "192.168.0.7");
  await it.host.files.write("/manifests/proxy.yaml", manifest("'1000000'"));
  await it.clock.advance(60_000);
  const renewed = it.api.pod("proxy-node-1");
  assert.notEqual(
    renewed.metadata.annotations!["kubernetes.io/config.mirror"],
    mirror.metadata.annotations!["kubernetes.io/config.mirror"],
  );
  assert.equal(renewed.status.phase, "Running");
  await it.host.files.remove("/manifests/proxy.yaml");
  await it.clock.advance(60_000);
  assert.equal(it.api.pods.size, 0);
  assert.deepEqual(await it.runtime.listPodSandboxes({}), []);
  assert.deepEqual(it.failures, []);
});

test("resources change in place when the node has them, and wait when it hasn't", async () => {
  await using it = await startHarness({ machine: { cpuCount: 4 } });
  const ask = (cpu: string) => ({ resources: { requests: { cpu }, limits: { cpu } } });
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", ...ask("1") }] } });
  await it.clock.advance(1000);
  const before = it.api.pod("web").status.containerStatuses![0]!;
  assert.equal(before.resources!.requests!.cpu, "1");
  it.api.changeContainer("web", ask("2"));
  await it.clock.advance(1000);
  const after = it.api.pod("web").status.containerStatuses![0]!;
  assert.equal(after.containerID, before.containerID);
  assert.equal(after.resources!.requests!.cpu, "2");
  assert.equal(after.allocatedResources!.cpu, "2");
  const pending = () => it.api.pod("web").status.conditions!.find((each) => each.type === "PodResizePending");
  it.api.changeContainer("web", ask("8"));
  await it.clock.advance(1000);
  assert.equal(pending()!.reason, "Deferred");
  assert.match(pending()!.message!, /^Node didn't have enough resource: cpu, requested: 8000, used: 0, capacity: /);
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.resources!.requests!.cpu, "2");
  it.api.changeContainer("web", ask("3"));
  await it.clock.advance(1000);
  assert.equal(pending(), undefined);
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.resources!.requests!.cpu, "3");
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.restartCount, 0);
  assert.deepEqual(it.failures, []);
});

test("a pod that has run too long, and one the node has no room for, say so in an event", async () => {
  await using it = await startHarness({ machine: { cpuCount: 1 } });
  it.api.bind({ metadata: { name: "late" }, spec: { activeDeadlineSeconds: 5, containers: [{ name: "app" }] } });
  const resources = { requests: { cpu: "64" } };
  it.api.bind({ metadata: { name: "large" }, spec: { containers: [{ name: "app", resources }] } });
  await it.clock.advance(60_000);
  const deadline = "Pod was active on the node longer than the specified deadline";
  assert.ok(it.events.lines.includes(`late DeadlineExceeded: ${deadline}`));
  assert.equal(it.api.pod("late").status.reason, "DeadlineExceeded");
  const lacks = "Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 1000";
  assert.ok(it.events.lines.includes(`large OutOfcpu: ${lacks}`));
  assert.equal(it.api.pod("large").status.message, `Pod was rejected: ${lacks}`);
  assert.deepEqual(it.failures, []);
});

test("a probe that can't be asked says so, and ends nothing", async () => {
  await using it = await startHarness();
  const livenessProbe = { httpGet: { port: "nowhere" }, periodSeconds: 1, failureThreshold: 1 };
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app", livenessProbe }] } });
  await it.clock.advance(30_000);
  const said = "web Unhealthy: Liveness probe errored and resulted in unknown state: invalid port number: nowhere";
  assert.ok(it.events.lines.includes(said), it.events.lines.join("\n"));
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.restartCount, 0);
  assert.deepEqual(it.failures, []);
});

test("a sandbox that ended is made anew, with its containers, and an event says so", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  const [sandbox] = await it.runtime.listPodSandboxes({});
  await it.runtime.stopPodSandbox(sandbox!.id);
  await it.clock.advance(30_000);
  assert.equal(it.api.pod("web").status.containerStatuses![0]!.restartCount, 1);
  const told = it.events.lines.filter((line) => line.startsWith("web SandboxChanged"));
  assert.deepEqual(told, ["web SandboxChanged: Pod sandbox changed, it will be killed and re-created."]);
  assert.deepEqual(it.failures, []);
});

test("a machine that was started anew says so", async () => {
  await using it = await startHarness({ machine: { bootID: "second" } });
  assert.ok(!it.events.lines.some((line) => line.includes("Rebooted")));
  const { node } = it.api;
  it.api.node = { ...node!, status: { ...node!.status, nodeInfo: { ...node!.status.nodeInfo, bootID: "first" } } };
  await it.restart();
  assert.ok(it.events.lines.includes("node Rebooted: Node node-1 has been rebooted, boot id: second"));
});

test("a container that vanished while it ran is started again, and its end is told as unknown", async () => {
  await using it = await startHarness();
  it.api.bind({ metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } });
  await it.clock.advance(1000);
  const { containerID } = it.api.pod("web").status.containerStatuses![0]!;
  await it.runtime.removeContainer(containerID!.split("//")[1]!);
  await it.clock.advance(90_000);
  const { lastState, restartCount, state } = it.api.pod("web").status.containerStatuses![0]!;
  assert.ok(state!.running);
  assert.equal(restartCount, 1);
  const { reason, exitCode, message } = lastState!.terminated!;
  assert.deepEqual([reason, exitCode], ["ContainerStatusUnknown", 137]);
  assert.match(message!, /could not be located when the pod was deleted/);
  assert.deepEqual(it.failures, []);
});

test("a claim is the directory of the volume it is bound to, the pod's own claims too", async () => {
  await using it = await startHarness();
  const claim = (volumeName: string) => ({ spec: { volumeName }, status: { phase: "Bound" } }) as never;
  it.api.claims.set("default/data", claim("one"));
  it.api.claims.set("default/web-scratch", claim("two"));
  it.api.volumes.set("one", { spec: { hostPath: { path: "/disk/one" } } } as never);
  it.api.volumes.set("two", { spec: { local: { path: "/disk/two" } } } as never);
  const volumes = [
    { name: "data", persistentVolumeClaim: { claimName: "data" } },
    { name: "scratch", ephemeral: {} },
  ];
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
  it.api.bind({ metadata: { name: "web" }, spec: { volumes, containers: [{ name: "app", volumeMounts }] } });
  await it.clock.advance(1000);
  assert.ok(it.events.lines.some((line) => /FailedMount: MountVolume.SetUp failed for volume "scratch" : /.test(line)));
  await it.host.files.makeDirectory("/disk/two");
  await it.clock.advance(30_000);
  assert.equal(it.api.pod("web").status.phase, "Running");
  const [container] = await it.runtime.listContainers({});
  const { mounts } = await it.runtime.containerStatus(container!.id);
  const places = mounts.filter((each) => each.hostPath.startsWith("/disk/"));
  assert.deepEqual(places.map((each) => `${each.containerPath} ${each.hostPath}`).sort(), [
    "/data /disk/one",
    "/scratch /disk/two",
  ]);
  assert.deepEqual(it.failures, []);
});
