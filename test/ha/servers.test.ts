import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { enterNamespaces, withoutNamespaces } from "../../src/kubelet/testing/namespaces.ts";
import { withoutEtcd } from "../e2e/apart.ts";
import type { Kube } from "./client.ts";
import { HaCluster, MANAGER_LEASE_MS } from "./cluster.ts";
import { SMALL } from "./etcd.ts";
import { committed, watchProblems, wordProblems } from "./history.ts";
import { Load, NAMESPACE } from "./load.ts";

const skip = withoutEtcd || withoutNamespaces();
if (!skip) await enterNamespaces();

const PATIENCE_MS = 300_000;
const FAULT_MS = 2_000;
/** Longer than a controller manager leads that nobody hears of. */
const LEAD_MS = MANAGER_LEASE_MS + 500;
/** So much work has to be done through a fault, and after it. */
const ENOUGH = 15;
/** API services, which the original keeps in JSON. */
const NOT_PROTOBUF = /^\/registry\/apiregistration.k8s.io\/apiservices\//;
const isProtobuf = (value: Uint8Array) => Buffer.from(value.subarray(0, 4)).toString() === "k8s\0";
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until it is so, and could be found out; how long that may take says nothing about speed. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + PATIENCE_MS;
  const ask = async () => {
    try {
      return await isSo();
    } catch (error) {
      if (Date.now() > endMs) throw error;
      return false;
    }
  };
  while (!(await ask())) {
    if (Date.now() > endMs) throw new Error(`waited in vain: ${what}`);
    await pause(100);
  }
}

suite("three API servers on an etcd of three members", { skip }, () => {
  let cluster: HaCluster;
  let load: Load;
  let from = 0;
  before(async () => {
    cluster = await HaCluster.start();
    load = new Load(cluster.servers.map(({ hasty }) => hasty));
    from = await load.start();
  });
  after(async () => {
    await load?.stop();
    await cluster?.stop();
  });

  /** Work goes on although something is wrong, and all servers do their part again once it is over. */
  async function through(fault: () => Promise<void> | void, heal: () => Promise<void> | void): Promise<void> {
    await fault();
    try {
      const start = load.acknowledged;
      await pause(FAULT_MS);
      await until("work during the fault", () => load.acknowledged >= start + ENOUGH);
    } finally {
      await heal();
    }
    const then = [...load.by];
    await until("work by every server", () => load.by.every((count, index) => count > then[index]! + 2));
    assert.deepEqual(load.problems, []);
  }

  test("are ready, and ask etcd before they say so", async () => {
    for (const { client } of cluster.servers)
      for (const path of ["/readyz", "/livez", "/readyz/etcd"])
        assert.equal((await client.send("GET", path)).status, 200);
    await until("work by every server", () => load.by.every((count) => count >= 5));
    await until("ways to all servers", async () => (await ways(0)).length === 3);
  });

  test("never give an address or a port twice", async () => {
    const names = Array.from({ length: 45 }, (_, index) => `s${index}`);
    const made = await Promise.all(
      names.map((name, index) =>
        cluster.client(index).must("POST", `${NAMESPACE}/services`, {
          metadata: { name },
          spec: { type: "NodePort", ports: [{ port: 80 }] },
        }),
      ),
    );
    const specs = made.map(({ spec }) => spec as { clusterIP: string; ports: { nodePort: number }[] });
    assert.equal(new Set(specs.map(({ clusterIP }) => clusterIP)).size, names.length);
    assert.equal(new Set(specs.map(({ ports }) => ports[0]!.nodePort)).size, names.length);
  });

  test("a member of etcd is killed", async () => {
    const index = ((await cluster.etcd.leader()) + 1) % 3;
    await through(
      () => cluster.etcd.kill(index),
      () => cluster.etcd.start(index),
    );
  });

  test("a member of etcd is stopped, and goes on", async () => {
    const index = ((await cluster.etcd.leader()) + 1) % 3;
    await through(
      () => cluster.etcd.signal(index, "SIGSTOP"),
      () => cluster.etcd.signal(index, "SIGCONT"),
    );
  });

  test("a member of etcd is cut off", async () => {
    const { machine } = cluster.etcd.members[((await cluster.etcd.leader()) + 1) % 3]!;
    await through(
      () => machine.cut(),
      () => machine.join(),
    );
  });

  test("the leader of etcd is killed", async () => {
    const index = await cluster.etcd.leader();
    await through(
      () => cluster.etcd.kill(index),
      () => cluster.etcd.start(index),
    );
  });

  test("the leader of etcd is stopped, and goes on", async () => {
    const index = await cluster.etcd.leader();
    await through(
      () => cluster.etcd.signal(index, "SIGSTOP"),
      () => cluster.etcd.signal(index, "SIGCONT"),
    );
  });

  test("the leader of etcd is cut off", async () => {
    const { machine } = cluster.etcd.members[await cluster.etcd.leader()]!;
    await through(
      () => machine.cut(),
      () => machine.join(),
    );
  });

  test("the disk of a member of etcd is full", async () => {
    await using store = await cluster.etcd.store();
    const value = Buffer.alloc(1 << 20);
    const put = (index: number) =>
      store.transact({ compare: [], success: [{ type: "put", key: `/fill/${index % 4}`, value }], failure: [] });
    await through(
      async () => {
        cluster.etcd.fillDisk();
        let hasEnded = false;
        const ended = cluster.etcd.members[SMALL]!.process!.ended.then(() => {
          hasEnded = true;
        });
        // The others have room for it. A request to the one that ends may fail.
        for (let index = 0; !hasEnded && index < 64; index++) await put(index).catch(() => {});
        await ended;
      },
      async () => {
        cluster.etcd.emptyDisk();
        await cluster.etcd.start(SMALL);
      },
    );
  });

  test("without a majority of etcd nothing is ready, and nothing acknowledged", async () => {
    const lost = [0, 1].map((index) => cluster.etcd.members[index]!.machine);
    const statuses = (path: string) =>
      Promise.all(
        cluster.servers.map(({ client }) =>
          client.send("GET", path).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      );
    await Promise.all(lost.map((machine) => machine.cut()));
    try {
      await until("not ready", async () => (await statuses("/readyz")).every((status) => status === 500));
      const before = load.acknowledged;
      await pause(FAULT_MS);
      assert.equal(load.acknowledged, before);
    } finally {
      await Promise.all(lost.map((machine) => machine.join()));
    }
    await until("ready", async () => (await statuses("/readyz")).every((status) => status === 200));
    const then = [...load.by];
    await until("work by every server", () => load.by.every((count, index) => count > then[index]! + 2));
  });

  test("an API server is killed", () =>
    through(
      async () => {
        await cluster.servers[0]!.process!.stop("SIGKILL");
      },
      () => cluster.startServer(0),
    ));

  test("an API server is stopped, and goes on", () =>
    through(
      () => cluster.servers[1]!.process!.signal("SIGSTOP"),
      () => cluster.servers[1]!.process!.signal("SIGCONT"),
    ));

  test("the clock of an API server jumps an hour ahead and back, and an hour back and ahead", async () => {
    const jump = () => cluster.servers[1]!.process!.signal("SIGUSR2");
    await through(jump, jump);
    await through(jump, jump);
  });

  test("an API server is cut off", () =>
    through(
      async () => {
        await cluster.servers[2]!.machine.cut();
        await until("no way to it", async () => (await ways(0)).length === 2);
      },
      async () => {
        await cluster.servers[2]!.machine.join();
        await until("ways to all servers", async () => (await ways(0)).length === 3);
      },
    ));

  /** Where the Service of the API leads. */
  async function ways(server: number): Promise<readonly unknown[]> {
    const { body } = await cluster.client(server).send("GET", "/api/v1/namespaces/default/endpoints/kubernetes");
    const [subset] = (body.subsets ?? []) as { addresses: unknown[] }[];
    return subset?.addresses ?? [];
  }

  test("a controller manager that is killed, stopped or cut off is followed by another one", async () => {
    const first = await cluster.startManager();
    await first.process.said("Became leader");
    const second = await cluster.startManager();
    const path = "/apis/apps/v1/namespaces/ha/replicasets";
    const template = {
      metadata: { labels: { app: "a" } },
      spec: { containers: [{ name: "a", image: "a.example/a:1" }] },
    };
    const selector = { matchLabels: { app: "a" } };
    await cluster.client(0).must("POST", path, { metadata: { name: "a" }, spec: { replicas: 2, selector, template } });
    let replicas = 2;
    const hasPods = () => until(`${replicas} pods`, async () => (await pods()).length === replicas);
    const more = async () => {
      const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "a", namespace: "ha" } };
      await cluster.client(++replicas).must("PUT", `${path}/a/scale`, { ...scale, spec: { replicas } });
    };
    // The controller makes pods only once their service account is there.
    await hasPods();

    await first.process.stop("SIGKILL");
    await more();
    await second.process.said("Became leader");
    await hasPods();

    const third = await cluster.startManager();
    second.process.signal("SIGSTOP");
    await third.process.said("Became leader");
    second.process.signal("SIGCONT");
    // It finds that its time is over, and that another one leads.
    await second.process.said("Lost the lead");
    await more();
    await hasPods();

    // Whether a leader has been heard of is measured by how long one has waited, not by what time it is.
    for (let jump = 0; jump < 4; jump++) {
      third.process.signal("SIGUSR2");
      await more();
      await hasPods();
    }
    third.process.signal("SIGUSR2");
    await second.process.stop("SIGKILL");
    const fourth = await cluster.startManager();
    await pause(LEAD_MS);
    assert.doesNotMatch(third.process.output, /Lost the lead/);

    await third.machine.cut();
    await more();
    await fourth.process.said("Became leader");
    await hasPods();
    await third.machine.join();
    await third.process.said("Lost the lead");
    await more();
    await hasPods();
    await until("none is there in vain", async () => {
      const names = (await pods()).map(({ metadata }) => metadata.name);
      return new Set(names).size === replicas && names.length === replicas;
    });
  });

  async function pods(): Promise<readonly Kube[]> {
    return (await cluster.client(1).must("GET", `${NAMESPACE}/pods`)).items ?? [];
  }

  test("etcd holds what the original's would", async () => {
    await using store = await cluster.etcd.store();
    const { entries } = await store.range({ start: "/registry/", end: "/registry0" });
    assert.ok(entries.length > 100);
    const strange = entries
      .filter(({ key, value }) => isProtobuf(value) === NOT_PROTOBUF.test(key))
      .map(({ key }) => key);
    assert.deepEqual(strange, []);
  });

  test("nothing acknowledged is lost, nothing refused is there, watches told all of it in order", async () => {
    await load.stop();
    await using store = await cluster.etcd.store();
    const history = await committed(store, "/registry/configmaps/ha/", from + 1);
    assert.equal(load.seen.length, 3);
    for (const seen of load.seen) assert.deepEqual(watchProblems(seen, history), []);
    for (const [index, outcomes] of load.outcomes.entries()) {
      const found = await cluster.client(index).must("GET", `${NAMESPACE}/configmaps/c${index}`);
      const words = (found.data as { words: string }).words.split(" ").filter(Boolean);
      assert.deepEqual(wordProblems(words, outcomes), []);
    }
    assert.deepEqual(load.problems, []);
    const lists = await Promise.all(cluster.servers.map(({ client }) => client.must("GET", `${NAMESPACE}/configmaps`)));
    for (const list of lists) assert.deepEqual(list.items, lists[0]!.items);
  });
});
