import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { command, eventually, LAUNCHER, TestCluster } from "./cli.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: web, image: "example.com/web:1"}]}
`;
const SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n";

suite("navarch's own commands are enough to live without kubectl", () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.up(["--nodes", "simulated:2"]);
  });
  after(() => cluster[Symbol.asyncDispose]());

  const run = (args: readonly string[], input?: string) =>
    command(process.execPath, [LAUNCHER, ...args], {
      env: { KUBECONFIG: join(cluster.directory, "kubeconfig") },
      ...(input !== undefined && { input }),
    });
  const navarch = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, `navarch ${args.join(" ")}: ${stderr}`);
    return stdout;
  };

  test("apply takes several documents from standard input, and says what it did", async () => {
    const apply = (text: string) => run(["apply", "-f", "-"], text);
    assert.equal(
      (await apply(`${WEB}---\n${SETTINGS}`)).stdout,
      "deployment.apps/web created\nconfigmap/settings created\n",
    );
    assert.equal((await apply(SETTINGS)).stdout, "configmap/settings unchanged\n");
    assert.equal((await apply(SETTINGS.replace("'1'", "'2'"))).stdout, "configmap/settings configured\n");
    await eventually(async () => assert.match(await navarch("get", "deploy", "web"), /web +2\/2/));
  });

  test("apply reads files and directories in order, and goes on after a refusal", async () => {
    const directory = mkdtempSync(join(tmpdir(), "navarch-cli-"));
    mkdirSync(join(directory, "deeper"));
    writeFileSync(join(directory, "b.yaml"), SETTINGS.replace("settings", "from-b"));
    writeFileSync(
      join(directory, "a.json"),
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "From-A" } }),
    );
    writeFileSync(join(directory, "deeper", "c.yml"), SETTINGS.replace("settings", "from-c"));
    writeFileSync(join(directory, "readme.txt"), "not a manifest");
    const flat = await run(["apply", "-f", directory]);
    assert.equal(flat.code, 1);
    assert.equal(flat.stdout, "configmap/from-b created\n");
    assert.match(flat.stderr, /apply configmap\/From-A: .*Invalid value: "From-A"/);
    assert.match((await run(["apply", "-R", "-f", directory])).stdout, /configmap\/from-c created/);
    rmSync(directory, { recursive: true });
  });

  test("a field of another manager is a conflict unless forced", async () => {
    const text = SETTINGS.replace("'1'", "'3'");
    const other = await run(["apply", "--field-manager", "other", "-f", "-"], text);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /conflict with "navarch-apply"/);
    assert.equal((await run(["apply", "--field-manager", "other", "--force-conflicts", "-f", "-"], text)).code, 0);
  });

  test("get prints the server's tables, and objects as they are", async () => {
    const nodes = await navarch("get", "nodes");
    assert.match(nodes, /^NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready/);
    assert.match(await navarch("get", "no", "-o", "wide"), /OS-IMAGE/);
    assert.match(await navarch("get", "configmaps", "-A", "--no-headers"), /^default +settings +1/m);
    assert.equal(await navarch("get", "cm", "settings", "-o", "name"), "configmap/settings\n");
    const { data } = JSON.parse(await navarch("get", "cm/settings", "-o", "json"));
    assert.deepEqual(data, { a: "3" });
    const list = JSON.parse(await navarch("get", "pods", "-l", "app=web", "-o", "json"));
    assert.deepEqual([list.kind, list.items.length, list.items[0].kind], ["List", 2, "Pod"]);
    assert.match(
      await navarch("get", "deployments.apps", "web", "-o", "yaml"),
      /^apiVersion: apps\/v1\nkind: Deployment$/m,
    );
    const all = await navarch("get", "deploy,cm", "-n", "default");
    assert.match(all, /^deployment\.apps\/web /m);
    assert.match(all, /^configmap\/settings /m);
    const running = await navarch("get", "pods", "--field-selector", "status.phase=Failed", "-o", "name");
    assert.equal(running, "");
  });

  test("get says what isn't there", async () => {
    const missing = await run(["get", "cm", "settings", "nothing"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stdout, /^settings /m);
    assert.equal(missing.stderr, 'Error from server (NotFound): configmaps "nothing" not found\n');
    assert.match((await run(["get", "toasters"])).stderr, /the server doesn't have a resource type "toasters"/);
    const empty = await run(["get", "pods", "-n", "kube-public"]);
    assert.deepEqual([empty.code, empty.stderr], [0, "No resources found in kube-public namespace.\n"]);
  });

  test("get -w goes on with every change", async () => {
    const child = spawn(process.execPath, [LAUNCHER, "get", "cm", "-w", "-o", "name"], {
      env: { ...process.env, KUBECONFIG: join(cluster.directory, "kubeconfig") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await eventually(async () => assert.match(output, /configmap\/settings/));
    await run(["apply", "-f", "-"], SETTINGS.replace("settings", "late"));
    await eventually(async () => assert.match(output, /configmap\/late/));
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGINT");
    assert.equal(await ended, 0);
  });

  test("exec runs a command with input, and its exit code is ours", async () => {
    assert.equal(await navarch("exec", "deploy/web", "--", "echo", "hello"), "hello\n");
    const failed = await run(["exec", "deploy/web", "--", "sh", "-c", "exit 7"]);
    assert.deepEqual([failed.code, failed.stderr], [7, "command terminated with exit code 7\n"]);
    const echoed = await run(["exec", "-i", "deploy/web", "--", "cat"], "from here\n");
    assert.deepEqual([echoed.code, echoed.stdout], [0, "from here\n"]);
    assert.match((await run(["exec", "nobody", "--", "true"])).stderr, /pods "nobody" not found/);
    assert.match(
      (await run(["exec", "deploy/web", "-c", "other", "--", "true"])).stderr,
      /container other is not valid/,
    );
  });

  test("exec -it puts a shell on the terminal", {
    skip: existsSync("/usr/bin/script") ? false : "script is not installed",
  }, async () => {
    const words = [process.execPath, LAUNCHER, "exec", "-it", "deploy/web", "--", "sh"].join(" ");
    const child = spawn("script", ["-qefc", words, "/dev/null"], {
      env: { ...process.env, KUBECONFIG: join(cluster.directory, "kubeconfig") },
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    // A terminal that isn't raw yet would keep the line to itself.
    child.stdin.write("echo from a shell\n");
    await eventually(async () => assert.match(output, /from a shell/));
    child.stdin.write("exit 5\n");
    assert.equal(await ended, 5);
  });

  test("logs come from a pod or from one that a deployment selects", async () => {
    const [pod] = (await navarch("get", "pods", "-l", "app=web", "-o", "name")).split("\n");
    const bare = pod!.replace("pod/", "");
    assert.equal(await navarch("logs", bare), await navarch("logs", pod!, "-c", "web", "--tail", "10"));
    const previous = await run(["logs", "deployment/web", "--previous"]);
    assert.equal(previous.code, 1);
    assert.match(previous.stderr, /previous terminated container "web" in pod .* not found/);
    assert.match((await run(["logs", bare, "--since", "soon"])).stderr, /read --since: got "soon"/);
  });

  test("describe shows fields and events", async () => {
    const [pod] = (await navarch("get", "pods", "-l", "app=web", "-o", "name")).split("\n");
    const text = await navarch("describe", pod!);
    assert.match(text, /^Name: +web-/m);
    assert.match(text, /^ +- Name: +web$/m);
    assert.match(text, /^ +Node Name: +node-/m);
    assert.match(text, /^ +Type +Reason +Age +From +Message$/m);
    assert.match(text, /Normal +Scheduled +\S+ +default-scheduler +Successfully assigned/);
  });

  test("delete waits until things are gone", async () => {
    assert.match(await navarch("delete", "deploy", "web"), /^deployment\.apps "web" deleted/);
    await eventually(async () => assert.equal(await navarch("get", "pods", "-l", "app=web", "-o", "name"), ""));
    assert.match((await run(["delete", "-f", "-"], SETTINGS)).stdout, /configmap "settings" deleted/);
    assert.equal((await run(["get", "cm", "settings"])).code, 1);
    assert.equal((await run(["delete", "cm", "settings"])).code, 1);
    assert.equal((await run(["delete", "cm", "settings", "--ignore-not-found"])).code, 0);
    assert.match((await run(["delete", "pods"])).stderr, /wanted names, a selector \(-l\) or --all/);
  });
});

test("the cluster is found by --kubeconfig, $KUBECONFIG, then the default place", async () => {
  const home = mkdtempSync(join(tmpdir(), "navarch-home-"));
  const get = (env: Record<string, string>, ...args: string[]) =>
    command(process.execPath, [LAUNCHER, "get", "pods", ...args], { env: { HOME: home, ...env } });
  const config = (server: string) =>
    `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: "${server}"}}]\nusers: [{name: u, user: {}}]\n`;
  writeFileSync(join(home, "one"), config("https://127.0.0.1:1"));
  writeFileSync(join(home, "two"), config("https://127.0.0.1:2"));
  const env = { KUBECONFIG: join(home, "two") };
  assert.match((await get(env, "--kubeconfig", join(home, "one"))).stderr, /127\.0\.0\.1:1\b/);
  assert.match((await get(env)).stderr, /127\.0\.0\.1:2\b/);
  assert.match(
    (await get({ KUBECONFIG: join(home, "none") }, "--kubeconfig", join(home, "x"))).stderr,
    /x does not exist/,
  );
  rmSync(home, { recursive: true });
});
