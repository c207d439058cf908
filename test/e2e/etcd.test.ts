import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { ETCDCTL_ENV } from "../../src/store/testing/real-etcd.ts";
import { SmallDisk } from "../../src/store/testing/small-disk.ts";
import { KubeClient } from "../ha/client.ts";
import { ApartCluster } from "./apart.ts";
import { command, eventually, LAUNCHER, TestCluster, withoutKubectl } from "./cli.ts";
import { OurEtcd } from "./our-etcd.ts";

const DISK_BYTES = 48 * 1024 * 1024;
const MAP_BYTES = 900_000;

async function withoutEtcdctl(): Promise<string | false> {
  return (await command("etcdctl", ["version"])).code === 0 ? false : "etcdctl is not installed";
}

suite("navarch etcd", { skip: (await withoutEtcdctl()) || (await withoutKubectl()) }, () => {
  const temporary = () => mkdtempSync(join(tmpdir(), "navarch-etcd-"));
  const etcdctl = async (url: string, ...args: string[]) => {
    // Given a whole URL, etcdctl 3.4 sends it as the authority of its maintenance calls, which HTTP/2 forbids.
    const endpoint = url.replace("http://", "");
    const { stdout, stderr, code } = await command("etcdctl", [`--endpoints=${endpoint}`, ...args], {
      env: ETCDCTL_ENV,
    });
    assert.equal(code, 0, stderr);
    return stdout + stderr;
  };

  test("what etcdctl wrote outlives a kill", async () => {
    const directory = temporary();
    const first = await OurEtcd.start(directory);
    await etcdctl(first.url, "put", "greeting", "hello");
    await first.stop("SIGKILL");
    await using second = await OurEtcd.start(directory);
    assert.equal(await etcdctl(second.url, "get", "greeting", "--print-value-only"), "hello\n");
    assert.match(await etcdctl(second.url, "endpoint", "health"), /is healthy/);
    assert.match(await etcdctl(second.url, "endpoint", "status"), /, 3\.6\.\d+, /);
    assert.match(await etcdctl(second.url, "member", "list"), /default/);
    await second.stop();
    rmSync(directory, { recursive: true });
  });

  test("a lock is held by one at a time", async () => {
    const directory = temporary();
    {
      await using etcd = await OurEtcd.start(directory);
      const lock = (word: string) => etcdctl(etcd.url, "lock", "door", "echo", word);
      assert.deepEqual((await Promise.all([lock("a"), lock("b")])).map((out) => out.trim()).sort(), ["a", "b"]);
      await etcdctl(etcd.url, "put", "x", "1");
      await etcdctl(etcd.url, "compaction", "3");
      await etcdctl(etcd.url, "defrag");
    }
    rmSync(directory, { recursive: true });
  });

  test("a cluster lives on it, and its data outlives the API server", async () => {
    const directory = temporary();
    {
      await using etcd = await OurEtcd.start(directory);
      const store = etcd.url.replace("http://", "etcd://");
      {
        await using cluster = await TestCluster.up(["--nodes", "simulated:1", "--store", store]);
        await cluster.kubectl("create", "deployment", "web", "--image=example.com/web:1", "--replicas=2");
        await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s");
      }
      await using again = await TestCluster.up(["--nodes", "none", "--store", store]);
      assert.match(await again.kubectl("get", "deployment", "web"), /web +\S+ +2 /);
      assert.match(await etcdctl(etcd.url, "get", "/registry/deployments/default/web", "--keys-only"), /default\/web/);
    }
    rmSync(directory, { recursive: true });
  });

  test("a cluster's own directory may be served as etcd, with names of any letters, and go back", async () => {
    const directory = temporary();
    const role = (name: string) => ["create", "clusterrole", name, "--verb=get", "--resource=pods"] as const;
    // Disposing of a cluster deletes its directory.
    const first = await TestCluster.up(["--nodes", "none"], { directory });
    await first.kubectl(...role("größe"));
    await first.stop();
    {
      await using etcd = await OurEtcd.start(join(directory, "store"));
      assert.equal(
        await etcdctl(etcd.url, "get", "/registry/clusterroles/größe", "--keys-only"),
        "/registry/clusterroles/größe\n\n",
      );
      await using served = await TestCluster.up(["--nodes", "none", "--store", etcd.url.replace("http", "etcd")]);
      assert.match(await served.kubectl("get", "clusterrole", "größe"), /größe/);
      await served.kubectl(...role("名前"));
    }
    await using cluster = await TestCluster.up(["--nodes", "none"], { directory });
    assert.match(await cluster.kubectl("get", "clusterrole", "größe", "名前"), /größe(.|\n)*名前/);
  });

  test("users and what they may do outlive a kill", async () => {
    const directory = temporary();
    {
      await using etcd = await OurEtcd.start(directory);
      for (const line of ["user add root:pw", "user grant-role root root", "role add r", "user add alice:a"])
        await etcdctl(etcd.url, ...line.split(" "));
      await etcdctl(etcd.url, "role", "grant-permission", "r", "readwrite", "/a/", "--prefix=true");
      await etcdctl(etcd.url, "user", "grant-role", "alice", "r");
      await etcdctl(etcd.url, "auth", "enable");
      await etcd.stop("SIGKILL");
    }
    await using etcd = await OurEtcd.start(directory);
    await etcdctl(etcd.url, "--user=alice:a", "put", "/a/b", "1");
    assert.equal(await etcdctl(etcd.url, "--user=root:pw", "get", "/a/b", "--print-value-only"), "1\n");
    for (const who of [[], ["--user=alice:wrong"], ["--user=alice:a"]]) {
      const endpoint = etcd.url.replace("http://", "");
      const args = [`--endpoints=${endpoint}`, ...who, "get", "/b"];
      assert.notEqual((await command("etcdctl", args, { env: ETCDCTL_ENV })).code, 0);
    }
    await etcd.stop();
    rmSync(directory, { recursive: true });
  });

  test("where a crash may take events, everything else is there after it, and revisions go on ahead", async () => {
    const directory = temporary();
    const revision = async (url: string) =>
      Number(/"revision":(\d+)/.exec(await etcdctl(url, "get", "/a", "--write-out=json"))![1]);
    const flags = ["--relaxed-durability=events,/relaxed/"];
    let before = 0;
    {
      await using etcd = await OurEtcd.start(directory, flags);
      await etcdctl(etcd.url, "put", "/relaxed/a", "1");
      await etcdctl(etcd.url, "put", "/a", "2");
      before = await revision(etcd.url);
      await etcd.stop("SIGKILL");
    }
    await using etcd = await OurEtcd.start(directory, flags);
    assert.equal(await etcdctl(etcd.url, "get", "/a", "--print-value-only"), "2\n");
    assert.equal(await etcdctl(etcd.url, "get", "/relaxed/a", "--print-value-only"), "1\n", "it was before the other");
    assert.ok((await revision(etcd.url)) >= before + 1000);
    await etcd.stop();
    rmSync(directory, { recursive: true });
  });

  test("on a full disk it refuses what is written as etcd does, goes on reading, and recovers", async (t) => {
    const directory = temporary();
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    using disk = SmallDisk.mount(directory, DISK_BYTES);
    if (!disk) return t.skip("only root may mount a file system");
    await using etcd = await OurEtcd.start(join(directory, "data"));
    await etcdctl(etcd.url, "put", "/first", "1");
    await using cluster = await ApartCluster.create([]);
    await cluster.apiserver(`--etcd-servers=${etcd.url}`);
    const client = new KubeClient(`127.0.0.1:${cluster.port}`, cluster.directory);
    const maps = "/api/v1/namespaces/default/configmaps";
    const create = (name: string) =>
      client.send("POST", maps, { metadata: { name }, data: { value: "x".repeat(MAP_BYTES) } });
    assert.equal((await create("m-before")).status, 201);
    disk.fill();
    const made = ["m-before"];
    // What was set aside before the disk was full may still be written to.
    for (let index = 0; ; index++) {
      const { status, body } = await create(`m${index}`);
      if (status === 201) made.push(`m${index}`);
      else {
        assert.deepEqual([status, body.message], [500, "etcdserver: mvcc: database space exceeded"]);
        break;
      }
    }
    const endpoint = etcd.url.replace("http://", "");
    const refused = await command("etcdctl", [`--endpoints=${endpoint}`, "put", "/second"], {
      env: ETCDCTL_ENV,
      input: "2".repeat(MAP_BYTES),
    });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /etcdserver: mvcc: database space exceeded/);
    assert.equal(await etcdctl(etcd.url, "get", "/first", "--print-value-only"), "1\n");
    const names = async () => {
      const { items = [] } = await client.must("GET", maps);
      return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("m"));
    };
    assert.deepEqual(await names(), made.toSorted());
    disk.free();
    assert.equal((await create("m-after")).status, 201);
    await etcd.stop("SIGKILL");
    await etcd.startAgain();
    await eventually(async () => assert.deepEqual(await names(), [...made, "m-after"].toSorted()));
    assert.equal(await etcdctl(etcd.url, "get", "/second", "--print-value-only"), "");
    client.close();
  });

  test("settings that make no sense are refused in a sentence", async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await command(process.execPath, [LAUNCHER, "etcd", ...args]);
      assert.notEqual(code, 0);
      return stderr;
    };
    assert.match(await refused("--listen-client-urls", "http:/x"), /wanted http:\/\/HOST:PORT/);
    assert.match(await refused("--listen-client-urls", "https://127.0.0.1:0"), /--cert-file and --key-file/);
    assert.match(await refused("--client-cert-auth"), /needs --cert-file/);
    assert.match(await refused("--relaxed-durability", "pods"), /got "pods", wanted leases, events/);
    assert.match(await refused("--snapshot-count", "5"), /no flag --snapshot-count/);
  });
});
