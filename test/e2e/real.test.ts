import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Pod } from "../../src/api/index.ts";
import { eventually, pause, type TestCluster } from "./cli.ts";
import { enterReal, fetchText, upReal } from "./real.ts";

const skip = await enterReal();
const HELLO = join(import.meta.dirname, "../../examples/hello");
const PAGE = /^(hello-\S+): Hello from Navarch\n$/;

interface PodList {
  readonly items: readonly Pod[];
}

suite("examples/hello on a real node, with the real kubectl", { skip }, () => {
  let cluster: TestCluster;
  let url: string;

  before(async () => {
    cluster = await upReal();
    await cluster.kubectl("apply", "-f", HELLO);
    url = `http://${await cluster.kubectl("get", "service", "hello", "-o", "jsonpath={.spec.clusterIP}")}/cgi-bin/hello`;
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  const rollout = () => cluster.kubectl("rollout", "status", "deployment/hello", "--timeout=180s");
  const pods = async () => (await cluster.get<PodList>("pods", "-l", "app=hello")).items;
  const livePods = async () => (await pods()).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const isReady = (pod: Pod) =>
    pod.status.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
  const inPod = async (pod: string, ...args: readonly string[]) => cluster.kubectl("exec", pod, "--", ...args);
  const readyPods = (count: number) =>
    eventually(async () => {
      const live = await livePods();
      assert.equal(live.filter(isReady).length, count);
      assert.equal(live.length, count);
      return live;
    });

  test("three pods become ready, each with an address of its own", async () => {
    await rollout();
    const live = await readyPods(3);
    assert.equal(new Set(live.map((pod) => pod.status.podIP)).size, 3);
    await eventually(async () => {
      const names = await cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.images[*].names[*]}");
      assert.ok(names.split(" ").includes("navarch.local/hello:1"), names);
    });
  });

  test("the service answers at its cluster IP, its node port and its name", async () => {
    const [pod] = await livePods();
    const port = await cluster.kubectl("get", "service", "hello", "-o", "jsonpath={.spec.ports[0].nodePort}");
    const names = (await livePods()).map((each) => each.metadata.name);
    const answered = PAGE.exec(await eventually(() => fetchText(url)))?.[1];
    assert.ok(names.includes(answered ?? ""), `${answered} is not a pod`);
    assert.match(await fetchText(`http://${pod!.status.hostIP}:${port}/cgi-bin/hello`), PAGE);
    for (const host of [
      new URL(url).hostname,
      `${pod!.status.hostIP}:${port}`,
      "hello",
      "hello.default.svc.cluster.local",
    ])
      assert.match(await inPod(pod!.metadata.name, "wget", "-qO-", `http://${host}/cgi-bin/hello`), PAGE, host);
  });

  test("every pod gets its share of the connections", async () => {
    const answers = new Set<string>();
    await eventually(async () => {
      answers.add(PAGE.exec(await fetchText(url))![1]!);
      assert.equal(answers.size, 3);
    });
  });

  test("logs, exec, cp and port-forward", async () => {
    const [pod] = await livePods();
    const name = pod!.metadata.name;
    await eventually(async () => assert.match(await cluster.kubectl("logs", name), /response:200/));
    assert.equal((await cluster.kubectl("logs", name, "--tail=2")).trim().split("\n").length, 2);
    assert.equal(await inPod(name, "sh", "-c", "echo $POD_NAME"), `${name}\n`);
    const failed = await cluster.tryKubectl(["exec", name, "--", "sh", "-c", "exit 7"]);
    assert.equal(failed.code, 7);
    const echoed = await cluster.tryKubectl(["exec", "-i", name, "--", "cat"], "through stdin\n");
    assert.equal(echoed.stdout, "through stdin\n");
    await copyThere(name);
    await forward(name);
  });

  async function copyThere(name: string): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), "navarch-cp-"));
    const content = "x".repeat(300_000);
    writeFileSync(join(directory, "sent"), content);
    await cluster.kubectl("cp", join(directory, "sent"), `${name}:/tmp/copied`);
    await cluster.kubectl("cp", `${name}:/tmp/copied`, join(directory, "back"));
    assert.equal(readFileSync(join(directory, "back"), "utf8"), content);
    rmSync(directory, { recursive: true });
  }

  async function forward(name: string): Promise<void> {
    const kubectl = spawn("kubectl", [
      "--kubeconfig",
      join(cluster.directory, "kubeconfig"),
      "port-forward",
      `pod/${name}`,
      ":8080",
    ]);
    try {
      const port = await new Promise<string>((resolve, reject) => {
        let said = "";
        kubectl.stdout.on("data", (chunk) => {
          said += chunk;
          const [, found] = /127\.0\.0\.1:(\d+)/.exec(said) ?? [];
          if (found) resolve(found);
        });
        kubectl.on("exit", () => reject(new Error(`port-forward ended: ${said}`)));
      });
      const asked = Array.from({ length: 5 }, () => fetchText(`http://127.0.0.1:${port}/cgi-bin/hello`));
      for (const page of await Promise.all(asked)) assert.equal(PAGE.exec(page)?.[1], name);
    } finally {
      kubectl.kill();
    }
  }

  test("a container that is killed is restarted, at once and then with back-off", async () => {
    const [pod] = await livePods();
    const name = pod!.metadata.name;
    const status = async () => (await cluster.get<Pod>("pod", name)).status.containerStatuses![0]!;
    killContainer((await status()).containerID);
    await eventually(async () => {
      const now = await status();
      assert.equal(now.restartCount, 1);
      assert.equal(now.ready, true);
      assert.equal(now.lastState!.terminated!.exitCode, 137);
      assert.equal(now.lastState!.terminated!.reason, "Error");
    });
    killContainer((await status()).containerID);
    await eventually(async () => {
      const events = await cluster.kubectl("get", "events");
      assert.match(events, new RegExp(`BackOff.*${name}.*Back-off restarting failed container web in pod ${name}`));
    });
    await eventually(async () => {
      const now = await status();
      assert.equal(now.restartCount, 2);
      assert.equal(now.ready, true);
    });
  });

  test("a deleted pod is replaced", async () => {
    const [pod] = await livePods();
    await cluster.kubectl("delete", "pod", pod!.metadata.name);
    const live = await readyPods(3);
    assert.ok(!live.some((each) => each.metadata.uid === pod!.metadata.uid));
  });

  test("it scales from 3 to 10 to 2", async () => {
    await cluster.kubectl("scale", "deployment/hello", "--replicas=10");
    await readyPods(10);
    await cluster.kubectl("scale", "deployment/hello", "--replicas=2");
    await readyPods(2);
    await eventually(async () => assert.equal((await pods()).length, 2));
    assert.match(await eventually(() => fetchText(url)), PAGE);
  });

  test("no request fails while it is updated", async () => {
    const before = new Set((await livePods()).map((pod) => pod.metadata.uid));
    const stop = new AbortController();
    const loops = [requestLoop(stop.signal), requestLoop(stop.signal)];
    await pause(500);
    await cluster.kubectl("set", "env", "deployment/hello", "ROUND=2");
    await rollout();
    await eventually(async () => {
      const now = await pods();
      assert.equal(now.length, 2);
      assert.ok(now.every((pod) => !before.has(pod.metadata.uid)));
    });
    await pause(500);
    stop.abort();
    const results = await Promise.all(loops);
    assert.deepEqual(
      results.flatMap((each) => each.failures),
      [],
    );
    assert.ok(results.every((each) => each.answers > 0));
  });

  async function requestLoop(signal: AbortSignal): Promise<{ answers: number; failures: string[] }> {
    const result = { answers: 0, failures: [] as string[] };
    while (!signal.aborted) {
      await fetchText(url).then(
        (page) => (PAGE.test(page) ? result.answers++ : result.failures.push(page)),
        (error) => result.failures.push(String(error)),
      );
      await pause(20);
    }
    return result;
  }

  test("evictions stop where a disruption budget says so", async () => {
    await cluster.kubectl("create", "poddisruptionbudget", "hello", "--selector=app=hello", "--min-available=2");
    await eventually(async () => {
      const budget = await cluster.get<{ status: { currentHealthy?: number } }>("pdb", "hello");
      assert.equal(budget.status.currentHealthy, 2);
    });
    const [pod] = await livePods();
    const refused = await evict(pod!.metadata.name);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /Cannot evict pod as it would violate the pod's disruption budget/);
    await cluster.kubectl("patch", "pdb", "hello", "-p", '{"spec":{"minAvailable":1}}');
    await eventually(async () => assert.equal((await evict(pod!.metadata.name)).code, 0));
    const live = await readyPods(2);
    assert.ok(!live.some((each) => each.metadata.uid === pod!.metadata.uid));
  });

  function evict(name: string) {
    const body = JSON.stringify({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace: "default" },
    });
    return cluster.tryKubectl(["create", "--raw", `/api/v1/namespaces/default/pods/${name}/eviction`, "-f", "-"], body);
  }

  test("a job completes", async () => {
    await cluster.kubectl("create", "job", "once", "--image=navarch.local/hello:1", "--", "sh", "-c", "echo done");
    await cluster.kubectl("wait", "--for=condition=complete", "job/once", "--timeout=180s");
    assert.equal(await cluster.kubectl("logs", "job/once"), "done\n");
  });

  test("a changed ConfigMap reaches the mounted file without a restart", async () => {
    const before = await livePods();
    await cluster.kubectl("patch", "configmap", "hello", "-p", '{"data":{"greeting.txt":"Hello again"}}');
    await eventually(async () => assert.match(await fetchText(url), /: Hello again\n$/));
    const now = await livePods();
    assert.deepEqual(
      now.map((pod) => [pod.metadata.uid, pod.status.containerStatuses![0]!.restartCount]),
      before.map((pod) => [pod.metadata.uid, pod.status.containerStatuses![0]!.restartCount]),
    );
  });
});

/** Ends the processes of a container from outside, as the kernel would. */
function killContainer(containerID = ""): void {
  const id = containerID.split("//")[1]!;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const own = pids.filter((pid) => {
    const file = `/proc/${pid}/cgroup`;
    return existsSync(file) && readFileSync(file, "utf8").includes(id);
  });
  assert.notEqual(own.length, 0, "the container has processes");
  process.kill(Math.min(...own.map(Number)), "SIGKILL");
}
