import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { decodeRange } from "../../src/apiserver/services/range-allocation.ts";
import { realClock, silentLog } from "../../src/base/index.ts";
import { openEtcdStore } from "../../src/store/index.ts";
import { startEtcd, withoutEtcd } from "../e2e/apart.ts";
import { eventually } from "../e2e/cli.ts";
import type { Kube, WatchedEvent } from "../ha/client.ts";
import { type Recorded, recordedObjects } from "./objects.ts";
import { OurEtcd } from "../e2e/our-etcd.ts";
import { type Server, Servers, withoutUpstream } from "./servers.ts";

/** An etcd on a directory of its own. */
interface StartedEtcd extends AsyncDisposable {
  readonly url: string;
}

const ETCDS: Readonly<Record<string, (directory: string) => Promise<StartedEtcd>>> = {
  "a real etcd": async (directory) => {
    const { process, url } = await startEtcd(directory);
    return { url, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
  },
  "navarch etcd": (directory) => OurEtcd.start(join(directory, "ours")),
};

type Body = (servers: { upstream: Server; navarch: Server; all: Servers; etcd: string }) => Promise<void>;

/** An etcd, kube-apiserver and ours on it, and a namespace. `encryption`: what both encrypt, and how. */
async function besideOn(
  start: (directory: string) => Promise<StartedEtcd>,
  body: Body,
  encryption?: readonly object[],
) {
  const directory = mkdtempSync(join(tmpdir(), "navarch-beside-"));
  {
    await using started = await start(directory);
    const etcd = started.url;
    await using all = await Servers.create();
    const flags = encryption ? [encryptionFlag(directory, encryption)] : [];
    const upstream = await all.upstream(etcd, "--allow-privileged", ...flags);
    const navarch = await all.navarch(etcd, ...flags);
    await upstream.client.must("POST", "/api/v1/namespaces", { metadata: { name: "beside" } });
    const account = { metadata: { name: "default" } };
    await navarch.client.must("POST", "/api/v1/namespaces/beside/serviceaccounts", account);
    await body({ upstream, navarch, all, etcd });
  }
  rmSync(directory, { recursive: true });
}

function encryptionFlag(directory: string, resources: readonly object[]): string {
  const file = join(directory, "encryption.json");
  writeFileSync(
    file,
    JSON.stringify({ kind: "EncryptionConfiguration", apiVersion: "apiserver.config.k8s.io/v1", resources }),
  );
  return `--encryption-provider-config=${file}`;
}

/** What differs between two answers, by path; empty when nothing does. */
function differences(one: unknown, other: unknown, path = ""): string[] {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other)
    return Object.is(one, other) ? [] : [`${path}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].flatMap((name) => differences((one as Kube)[name], (other as Kube)[name], `${path}/${name}`));
}

let again = 0;

/** One server makes an object; both say the same of it; the other one changes it; both say the same again. */
async function together({ path, object }: Recorded, maker: Server, other: Server): Promise<string[]> {
  let made = await maker.client.send("POST", path, object);
  // An earlier one of this name has a finalizer and stays.
  if (made.status === 409)
    made = await maker.client.send("POST", path, {
      ...object,
      metadata: { ...object.metadata, name: `again-${again++}` },
    });
  if (made.status !== 201) return [`${maker.name} answers ${made.status} ${JSON.stringify(made.body)}`];
  const own = `${path}/${made.body.metadata.name}`;
  const found = await compared(own, [maker, other]);
  const [changed, twin] = [await change(own, other), await change(own, maker)];
  // What is refused is refused by both.
  found.push(...differences(outcome(twin), outcome(changed)).map((line) => `changed by ${other.name}: ${line}`));
  found.push(...(await compared(own, [maker, other])));
  const gone = await other.client.send("DELETE", `${own}?gracePeriodSeconds=0&propagationPolicy=Background`);
  if (gone.status >= 300) found.push(`${other.name} answers a delete with ${gone.status}`);
  return found;
}

/** Both servers' answers; controllers that both have may be at work on the object for a moment. */
async function compared(path: string, [one, other]: readonly [Server, Server]): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const found = differences(await one.client.send("GET", path), await other.client.send("GET", path));
    if (found.length === 0 || tries === 5) return found.map((line) => `of ${one.name} and ${other.name}: ${line}`);
  }
}

async function change(path: string, by: Server) {
  for (let tries = 0; ; tries++) {
    const { body } = await by.client.send("GET", path);
    const annotations = { ...(body.metadata as { annotations?: object }).annotations, "example.com/by": by.name };
    const changed = await by.client.send("PUT", path, { ...body, metadata: { ...body.metadata, annotations } });
    if (changed.status !== 409 || tries === 5) return changed;
  }
}

function outcome({ status, body }: { readonly status: number; readonly body: Kube }): object {
  return status === 200 ? { status } : { status, message: body.message };
}

for (const [where, start] of Object.entries(ETCDS))
  suite(`kube-apiserver and navarch apiserver on ${where}`, { skip: withoutUpstream || withoutEtcd }, () => {
    const beside = (body: Body, encryption?: readonly object[]) => besideOn(start, body, encryption);

    test("each reads and changes what the other wrote, of every recorded object", { timeout: 600_000 }, () =>
      beside(async ({ upstream, navarch }) => {
        const problems: string[] = [];
        for (const [index, recorded] of recordedObjects().entries()) {
          const [maker, other] = index % 2 ? [upstream, navarch] : [navarch, upstream];
          for (const line of await together(recorded, maker!, other!)) problems.push(`${recorded.title}: ${line}`);
        }
        assert.deepEqual(problems, []);
      }),
    );

    test("custom resources, and watches of either that see what both write", () =>
      beside(async ({ upstream, navarch }) => {
        const versions = (kind: string) => ({
          group: "example.com",
          scope: "Namespaced",
          names: { kind, plural: `${kind.toLowerCase()}s` },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        });
        for (const [maker, other, kind] of [
          [upstream, navarch, "Hers"],
          [navarch, upstream, "Ours"],
        ] as const) {
          const plural = `${kind.toLowerCase()}s`;
          await maker.client.must("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
            metadata: { name: `${plural}.example.com` },
            spec: versions(kind),
          });
          const path = `/apis/example.com/v1/namespaces/beside/${plural}`;
          for (const { client } of [maker, other]) await eventually(() => client.must("GET", path));
          const heard = await Promise.all([maker, other].map((server) => listen(server, path)));
          for (const [index, { client }] of [maker, other].entries())
            await client.must("POST", path, {
              apiVersion: "example.com/v1",
              kind,
              metadata: { name: `thing-${index}` },
              spec: { deep: { z: 1, a: [2, { b: null }] } },
            });
          const [one, two] = await Promise.all(heard.map((events) => events.until(2)));
          assert.deepEqual(differences(one, two), []);
          const items = await Promise.all([maker, other].map(({ client }) => client.must("GET", path)));
          assert.deepEqual(differences(items[0]!.items, items[1]!.items), []);
        }
      }));

    test("what one has encrypted the other one reads", () => {
      const keys = [{ name: "key1", secret: Buffer.alloc(32, 7).toString("base64") }];
      const provider = (name: string) => ({ [name]: { keys } });
      const identity = { identity: {} };
      const kinds = { secrets: "aescbc", configmaps: "aesgcm", serviceaccounts: "secretbox" };
      const encrypted = Object.entries(kinds).map(([resource, name]) => ({
        resources: [resource],
        providers: [provider(name), identity],
      }));
      return beside(async ({ upstream, navarch, etcd }) => {
        const store = await openEtcdStore({ endpoints: [etcd], clock: realClock(), log: silentLog });
        for (const [maker, other] of [
          [upstream, navarch],
          [navarch, upstream],
        ] as const)
          for (const [resource, name] of Object.entries(kinds)) {
            const path = `/api/v1/namespaces/beside/${resource}`;
            await maker.client.must("POST", path, { metadata: { name: `of-${maker.name}` } });
            const { entry } = await store.get(`/registry/${resource}/beside/of-${maker.name}`);
            assert.match(Buffer.from(entry!.value).toString("latin1"), new RegExp(`^k8s:enc:${name}:v1:key1:`));
            const own = `${path}/of-${maker.name}`;
            assert.deepEqual(await compared(own, [maker, other]), []);
            assert.equal((await change(own, other)).status, 200);
            assert.deepEqual(await compared(own, [maker, other]), []);
          }
        await store.close();
      }, encrypted);
    });

    test("neither gives out an address or a port that the other one has", () =>
      beside(async ({ upstream, navarch, etcd }) => {
        const both = [upstream, navarch];
        const path = "/api/v1/namespaces/beside/services";
        const service = (name: string, nodePort?: number) => ({
          metadata: { name },
          spec: { type: "NodePort", ports: [{ port: 80, ...(nodePort && { nodePort }) }] },
        });
        await Promise.all(
          Array.from({ length: 120 }, (_, index) => both[index % 2]!.client.must("POST", path, service(`s-${index}`))),
        );
        const { items = [] } = await navarch.client.must("GET", path);
        const specs = items.map(({ spec }) => spec as { clusterIP: string; ports: { nodePort: number }[] });
        const ports = specs.map((spec) => spec.ports[0]!.nodePort);
        assert.equal(new Set(ports).size, 120);
        assert.equal(new Set(specs.map(({ clusterIP }) => clusterIP)).size, 120);
        const store = await openEtcdStore({ endpoints: [etcd], clock: realClock(), log: silentLog });
        const taken = async () => {
          const { entry } = await store.get("/registry/ranges/servicenodeports");
          const { range, taken: bits } = decodeRange(entry!.value);
          assert.equal(range, "30000-32767");
          return Array.from({ length: 2768 }, (_, index) => 30_000 + index).filter(
            (port) => (bits >> BigInt(port - 30_000)) & 1n,
          );
        };
        assert.deepEqual(await taken(), ports.toSorted());
        for (const { client } of both) {
          const refused = await client.send("POST", path, service("twice", ports[0]));
          assert.match(String(refused.body.message), /provided port is already allocated/);
        }
        // What one made the other one deletes; what that held may be had again from either.
        for (let index = 0; index < 118; index++)
          await both[(index + 1) % 2]!.client.must("DELETE", `${path}/s-${index}`);
        assert.equal((await taken()).length, 2);
        const free = ports.filter((_, index) => !["s-118", "s-119"].includes(items[index]!.metadata.name));
        for (const [index, { client }] of both.entries())
          await client.must("POST", path, service(`again-${index}`, free[index]));
        assert.equal((await taken()).length, 4);
        const addresses = await upstream.client.must("GET", "/apis/networking.k8s.io/v1/ipaddresses");
        assert.equal(addresses.items!.length, 5, "four services and kubernetes");
        await store.close();
      }));

    test("the kubernetes Service leads to both, and nobody changes it back and forth", () =>
      beside(async ({ upstream, navarch }) => {
        const path = "/api/v1/namespaces/default/endpoints/kubernetes";
        const addresses = ({ subsets }: Kube) =>
          (subsets as { addresses: { ip: string }[] }[]).flatMap((subset) => subset.addresses.map(({ ip }) => ip));
        const before = await eventually(async () => {
          const found = await upstream.client.must("GET", path);
          assert.deepEqual(addresses(found), ["192.0.2.1", "192.0.2.2"]);
          return found;
        });
        const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
        // They are on one machine and share its Lease; by two renewals each has said again that it is there.
        const renewals = await (await listen(navarch, leases)).until(2);
        assert.equal(new Set(renewals.map((event) => (event as WatchedEvent).object.metadata.name)).size, 1);
        assert.deepEqual(await navarch.client.must("GET", path), before);
        await upstream.stop();
        await eventually(async () =>
          assert.deepEqual(addresses(await navarch.client.must("GET", path)), ["192.0.2.2"]),
        );
      }));

    test("one takes the place of the other, both ways, on what is there", () =>
      beside(async ({ upstream, navarch, all, etcd }) => {
        await navarch.stop();
        const path = "/api/v1/namespaces/beside/configmaps";
        const token = (await upstream.kubectl("-n", "beside", "create", "token", "default")).trim();
        let server = upstream;
        for (let turn = 0; turn < 4; turn++) {
          await server.client.must("POST", path, { metadata: { name: `of-${turn}-${server.name}` } });
          await server.stop(turn % 2 ? "SIGKILL" : "SIGTERM");
          server = turn % 2 ? await all.upstream(etcd) : await all.navarch(etcd);
          const { items = [] } = await server.client.must("GET", path);
          assert.equal(items.filter(({ metadata }) => metadata.name.startsWith("of-")).length, turn + 1);
          const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", metadata: {}, spec: { token } };
          const { status } = await server.client.must("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review);
          assert.equal(
            (status as { user?: { username: string } }).user?.username,
            "system:serviceaccount:beside:default",
          );
        }
      }));
  });

/** Hears what a server tells of a path from now on. */
async function listen({ client }: Server, path: string) {
  const { metadata } = await client.must("GET", path);
  const ended = new AbortController();
  const events: unknown[] = [];
  let wake = () => {};
  void client.watch(
    `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`,
    (event) => {
      events.push(event);
      wake();
    },
    ended.signal,
  );
  return {
    async until(count: number): Promise<readonly unknown[]> {
      while (events.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      ended.abort();
      return events;
    },
  };
}
