import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp2 } from "node:http2";
import { request } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { ContainerStatus, Pod } from "../../src/api/index.ts";
import { command, eventually, type TestCluster } from "./cli.ts";
import { enterReal, realDirectory, upReal } from "./real.ts";

const skip = await enterReal();

suite("what pods can ask of a real node", { skip }, () => {
  let cluster: TestCluster;
  /** What the test shares with its pods. */
  let directory: string;

  before(async () => {
    directory = realDirectory();
    mkdirSync(join(directory, "manifests"));
    cluster = await upReal({ args: [`--kubelet.pod-manifest-path=${join(directory, "manifests")}`] });
    const { stdout: kubectl } = await command("sh", ["-c", "readlink -f $(command -v kubectl)"]);
    const text = readFileSync(join(import.meta.dirname, "testdata/pods.yaml"), "utf8");
    await cluster.apply(
      text
        .replaceAll("@NODE@", process.execPath)
        .replaceAll("@DIRECTORY@", directory)
        .replaceAll("@KUBECTL@", kubectl.trim()),
    );
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  const pod = (name: string) => cluster.get<Pod>("pod", name);
  const ready = (name: string) => cluster.kubectl("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=180s");
  const run = (name: string, script: string) => cluster.kubectl("exec", name, "--", "sh", "-c", script);
  const container = async (name: string, which = "main"): Promise<ContainerStatus> => {
    const { status } = await pod(name);
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    const found = all.find((each) => each.name === which);
    assert.ok(found, `${name} has no status of ${which}`);
    return found;
  };
  const eventsOf = async (name: string) => {
    const { items } = await cluster.get<{
      items: { involvedObject: { name: string }; reason: string; message: string }[];
    }>("events");
    return items.filter((each) => each.involvedObject.name === name).map((each) => `${each.reason}: ${each.message}`);
  };
  const sees = (name: string, pattern: RegExp) =>
    eventually(async () => {
      const events = await eventsOf(name);
      assert.ok(
        events.some((each) => pattern.test(each)),
        `${pattern} is not among\n${events.join("\n")}`,
      );
    });

  test("init containers run one by one, and a sidecar has started before what comes after it", async () => {
    await ready("stages");
    assert.equal(await run("stages", "cat /shared/order"), "first\nsidecar\nsecond\nmain\n");
    assert.equal((await container("stages", "first")).state!.terminated!.reason, "Completed");
    assert.equal((await container("stages", "sidecar")).started, true);
  });

  test("a pod whose main container is done succeeds, and takes its sidecar with it", async () => {
    await cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/finished", "--timeout=180s");
    assert.equal((await container("finished")).state!.terminated!.message, "last words");
    await eventually(async () => assert.ok((await container("finished", "sidecar")).state!.terminated));
  });

  test("a container that fails leaves its exit code and its last log lines", async () => {
    await cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Failed", "pod/failed", "--timeout=180s");
    const { exitCode, reason, message } = (await container("failed")).state!.terminated!;
    assert.deepEqual({ exitCode, reason, message }, { exitCode: 3, reason: "Error", message: "what went wrong\n" });
  });

  test("startup, readiness and liveness are probed by tcp, http and exec", async () => {
    await eventually(async () => assert.equal((await container("probes", "server")).ready, true));
    await sees(
      "probes",
      /^Unhealthy: Liveness probe failed: cat: can't open '\/tmp\/alive': No such file or directory/,
    );
    await sees("probes", /^Killing: Container dying failed liveness probe, will be restarted$/);
    await eventually(async () => assert.ok((await container("probes", "dying")).restartCount >= 1));
    assert.equal((await container("probes", "server")).restartCount, 0);
  });

  test("readiness is probed by grpc", async () => {
    let serving = false;
    const server = createHttp2((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(200, { "content-type": "application/grpc" });
        response.write(Buffer.from([0, 0, 0, 0, 2, 0x08, serving ? 1 : 2]));
        response.addTrailers({ "grpc-status": "0" });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const probe = { grpc: { port }, periodSeconds: 1 };
    const containers = [
      { name: "main", image: "navarch.local/hello:1", command: ["sleep", "1000"], readinessProbe: probe },
    ];
    const spec = { hostNetwork: true, terminationGracePeriodSeconds: 1, containers };
    await cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "health" }, spec }));
    await sees("health", /^Unhealthy: Readiness probe failed: service unhealthy \(responded with "NOT_SERVING"\)/);
    serving = true;
    await ready("health");
    await cluster.kubectl("delete", "pod", "health");
    server.close();
  });

  test("the environment is made of every source there is", async () => {
    await ready("environment");
    const { metadata, status, spec } = await pod("environment");
    const lines = (await cluster.kubectl("exec", "environment", "--", "env")).split("\n");
    const found = new Map(lines.map((line) => [line.split("=")[0]!, line.slice(line.indexOf("=") + 1)]));
    const wanted = {
      C_colour: "green",
      C_size: "large",
      password: "swordfish",
      pin: "1234",
      NAME: "environment",
      NAMESPACE: "default",
      POD_UID: metadata.uid,
      TIER: "back",
      NOTE: "a remark",
      NODE: spec.nodeName,
      ACCOUNT: "default",
      POD_IP: status.podIP,
      HOST_IP: status.hostIP,
      CPU: "500",
      MEMORY: "16",
      COLOUR: "green",
      PASSWORD: "swordfish",
      MADE: "by an init container",
      COMBINED: "green-environment-$(NAME)-$(UNKNOWN)",
      KUBERNETES_SERVICE_HOST: "10.96.0.1",
      HOSTNAME: "environment",
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(found.get(name), value, name);
    assert.ok(!found.has("ABSENT"));
  });

  test("a running container gets other resources in place", async () => {
    await ready("environment");
    const before = await container("environment");
    const resources = { limits: { cpu: "700m" } };
    const patch = JSON.stringify({ spec: { containers: [{ name: "main", resources }] } });
    await cluster.kubectl("patch", "pod", "environment", "--subresource=resize", "-p", patch);
    await eventually(async () => assert.equal((await container("environment")).resources?.limits?.cpu, "700m"));
    const quota = "cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || true";
    assert.match(await run("environment", quota), /^70000( 100000)?\n$/);
    const { containerID, restartCount } = await container("environment");
    assert.deepEqual([containerID, restartCount], [before.containerID, 0]);
  });

  test("a container to debug another sees its processes", async () => {
    await ready("environment");
    const debug = ["--image=navarch.local/hello:1", "--target=main", "--container=eye", "--profile=general"];
    await cluster.kubectl("debug", "environment", ...debug, "--", "sleep", "500");
    await eventually(async () => {
      const seen = await cluster.kubectl("exec", "environment", "-c", "eye", "--", "ps");
      assert.match(seen, /sleep 1000/);
      assert.match(seen, /sleep 500/);
    });
  });

  test("projected, downward API, host path, memory and secret volumes", async () => {
    await ready("volumes");
    assert.equal(await run("volumes", "cat /all/deep/colour /all/password /all/name"), "greenswordfishvolumes");
    const claims = (await run("volumes", "cut -d. -f2 /all/token")).trim();
    const { aud, sub } = JSON.parse(Buffer.from(claims, "base64url").toString());
    assert.deepEqual({ aud, sub }, { aud: ["somebody"], sub: "system:serviceaccount:default:default" });
    assert.equal(await run("volumes", "stat -Lc %a /all/password /secret/pin"), "440\n400\n");
    assert.equal(await run("volumes", "cat /labels/labels /labels/memory"), `tier="back"${32 * 1024 * 1024}`);
    assert.match(await run("volumes", "grep ' /memory ' /proc/mounts"), /^tmpfs \/memory tmpfs .*size=1024k/);
    const inMemory = await run("volumes", "grep -oE '^tmpfs (/all|/labels|/secret) ' /proc/mounts | sort");
    assert.equal(inMemory, "tmpfs /all \ntmpfs /labels \ntmpfs /secret \n");
    assert.equal(readFileSync(join(directory, "shared/written"), "utf8"), "from the pod\n");
    await run("volumes", "touch /part/file");
    assert.ok(existsSync(join(directory, "shared/made/here/file")));
    assert.notEqual((await cluster.tryKubectl(["exec", "volumes", "--", "touch", "/secret/x"])).code, 0);
    await cluster.kubectl("label", "pod", "volumes", "tier=front", "--overwrite");
    await eventually(async () => assert.equal(await run("volumes", "cat /labels/labels"), 'tier="front"'));
  });

  test("users, groups, capabilities and a root file system that can't be written", async () => {
    await ready("guarded");
    assert.equal(await run("guarded", "id -u; id -g; id -G"), "1000\n2000\n2000 3000\n");
    assert.equal(await run("guarded", "touch /file 2>&1 || true"), "touch: /file: Read-only file system\n");
    assert.equal(await run("guarded", "touch /scratch/file; stat -c %g /scratch/file"), "3000\n");
    assert.match(
      await run("guarded", "grep -E 'CapBnd|NoNewPrivs' /proc/self/status"),
      /CapBnd:\s+0+\nNoNewPrivs:\s+1\n/,
    );
    const powerful = await cluster.kubectl(
      "exec",
      "guarded",
      "-c",
      "powerful",
      "--",
      "grep",
      "CapEff",
      "/proc/self/status",
    );
    assert.match(powerful, /CapEff:\s+0{12}1000\n/);
  });

  test("a container that may not be root doesn't start as root", async () => {
    await sees("refused", /^Failed: Error: container has runAsNonRoot and image will run as root/);
    assert.equal((await container("refused")).state!.waiting!.reason, "CreateContainerConfigError");
  });

  test("a container that takes more memory than its limit is killed", async () => {
    await cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Failed", "pod/greedy", "--timeout=180s");
    // Why it ended the runtime may learn after that it ended.
    await eventually(async () => {
      const { reason, exitCode } = (await container("greedy")).state!.terminated!;
      assert.deepEqual({ reason, exitCode }, { reason: "OOMKilled", exitCode: 137 });
    });
  });

  test("images that can't be had are told apart from those that may not be pulled", async () => {
    await eventually(async () => {
      assert.equal((await container("imageless", "never")).state!.waiting!.reason, "ErrImageNeverPull");
      assert.match(
        (await container("imageless", "pulled")).state!.waiting!.reason!,
        /^(ErrImagePull|ImagePullBackOff)$/,
      );
    });
    await sees(
      "imageless",
      /^ErrImageNeverPull: Container image "navarch.local\/absent:1" is not present with pull policy of Never$/,
    );
    await sees("imageless", /^Failed: Failed to pull image "127.0.0.1:1\/absent:1"/);
    await sees("imageless", /^BackOff: Back-off pulling image "127.0.0.1:1\/absent:1"/);
  });

  test("what is typed reaches a container that was attached to, and what it says comes back", async () => {
    const image = ["--image=navarch.local/hello:1", "--image-pull-policy=Never", "--restart=Never"];
    const command = ["--command", "--", "sh", "-c", "read line; echo got $line; exit 4"];
    const { code, stdout } = await cluster.tryKubectl(["run", "typed", "-i", "--rm", ...image, ...command], "a line\n");
    assert.match(stdout, /got a line/);
    assert.equal(code, 4);
  });

  test("hooks run after the start and before the end, and the end is graceful", async () => {
    await ready("hooks");
    await cluster.kubectl("delete", "pod", "hooks", "--timeout=180s");
    assert.equal(readFileSync(join(directory, "hooks/order"), "utf8"), "started\nstopping\nterminated\n");
  });

  test("a service passes on packets and connections, at its address and at its node ports", async () => {
    await cluster.kubectl("rollout", "status", "deployment/echo", "--timeout=180s");
    const service = await cluster.get<{ spec: { clusterIP: string; ports: { nodePort: number }[] } }>(
      "service",
      "echo",
    );
    const { hostIP = "" } = (await pod("environment")).status;
    const [packets, connections] = service.spec.ports;
    const name = /^echo-\S+/;
    for (const [host, port] of [
      [service.spec.clusterIP, 90],
      [hostIP, packets!.nodePort],
    ] as const)
      await eventually(async () => assert.match(await askUdp(host, port, "hello"), /^echo-\S+ hello$/));
    for (const [host, port] of [
      [service.spec.clusterIP, 91],
      [hostIP, connections!.nodePort],
    ] as const)
      await eventually(async () => assert.match(await askTcp(host, port), name));
  });

  test("with session affinity a client stays with its pod", async () => {
    const address = await cluster.kubectl("get", "service", "sticky", "-o", "jsonpath={.spec.clusterIP}");
    const first = await eventually(() => askTcp(address, 91));
    for (let count = 0; count < 20; count++) assert.equal(await askTcp(address, 91), first);
  });

  test("names lead to services, to their pods and to other names", async () => {
    const addresses = (
      await cluster.kubectl("get", "pods", "-l", "app=echo", "-o", "jsonpath={.items[*].status.podIP}")
    )
      .split(" ")
      .sort();
    const lookup = async (name: string) => {
      const answer = await cluster.kubectl("exec", "environment", "--", "nslookup", name);
      return [
        ...answer
          .split("Name:")
          .slice(1)
          .join("")
          .matchAll(/^Address: ([\d.]+)$/gm),
      ]
        .map((each) => each[1]!)
        .sort();
    };
    await eventually(async () => assert.deepEqual(await lookup("headless.default.svc.cluster.local"), addresses));
    const sticky = await cluster.kubectl("get", "service", "sticky", "-o", "jsonpath={.spec.clusterIP}");
    assert.deepEqual(await lookup("elsewhere.default.svc.cluster.local"), [sticky]);
    const server = await run("environment", "nslookup -type=srv _connections._tcp.headless.default.svc.cluster.local");
    assert.match(server, /service = 0 \d+ 9001 /);
    assert.match(await run("environment", `nslookup ${sticky}`), /sticky\.default\.svc\.cluster\.local/);
  });

  test("a pod talks to the API server with its service account's token", async () => {
    await ready("client");
    const listed = await cluster.kubectl("exec", "client", "--", "kubectl", "get", "pods", "-o", "name");
    assert.match(listed, /^pod\/client$/m);
    const refused = await cluster.tryKubectl(["exec", "client", "--", "kubectl", "get", "nodes"]);
    assert.match(refused.stderr, /"system:serviceaccount:default:reader" cannot list resource "nodes"/);
  });

  test("the node's own server asks the API server who calls and what they may", async () => {
    const { hostIP } = (await pod("environment")).status;
    const port = await cluster.kubectl(
      "get",
      "nodes",
      "-o",
      "jsonpath={.items[0].status.daemonEndpoints.kubeletEndpoint.Port}",
    );
    const url = `https://${hostIP}:${port}/metrics/resource`;
    const ask = (token?: string) => statusOf(url, readFileSync(join(cluster.directory, "pki/ca.crt"), "utf8"), token);
    const tokenOf = async (account: string) => (await cluster.kubectl("create", "token", account)).trim();
    assert.equal(await ask(), 401);
    assert.equal(await ask(await tokenOf("default")), 403);
    await cluster.kubectl("create", "clusterrole", "monitor", "--verb=get", "--resource=nodes/metrics");
    const subject = ["--clusterrole=monitor", "--serviceaccount=default:reader"];
    await cluster.kubectl("create", "clusterrolebinding", "monitor", ...subject);
    assert.equal(await ask(await tokenOf("reader")), 200);
  });

  test("a static pod has a mirror, which comes back when it is deleted and goes with the manifest", async () => {
    const manifest = join(directory, "manifests/static.yaml");
    writeFileSync(
      manifest,
      "apiVersion: v1\nkind: Pod\nmetadata: {name: static}\nspec:\n  terminationGracePeriodSeconds: 1\n  containers: [{name: main, image: 'navarch.local/hello:1', command: [sleep, '1000']}]\n",
    );
    const node = await cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}");
    const name = `static-${node}`;
    await eventually(() => ready(name));
    const [{ containerID }, mirror] = [await container(name), await pod(name)];
    await cluster.kubectl("delete", "pod", name, "--wait=false");
    await eventually(async () => assert.notEqual((await pod(name)).metadata.uid, mirror.metadata.uid));
    await eventually(async () => assert.equal((await container(name)).ready, true));
    assert.equal((await container(name)).containerID, containerID);
    rmSync(manifest);
    await cluster.kubectl("wait", "--for=delete", `pod/${name}`, "--timeout=180s");
  });
});

function statusOf(url: string, ca: string, token: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const sent = request(url, { ca, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

function askUdp(host: string, port: number, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const late = setTimeout(() => finish(() => reject(new Error(`${host}:${port} does not answer`))), 2000);
    const finish = (then: () => void) => {
      clearTimeout(late);
      socket.close();
      then();
    };
    socket.on("message", (answer) => finish(() => resolve(answer.toString())));
    socket.on("error", (error) => finish(() => reject(error)));
    socket.send(message, port, host);
  });
}

function askTcp(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 10_000 });
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("end", () => resolve(text));
    socket.on("timeout", () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.on("error", reject);
  });
}
