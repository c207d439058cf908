import assert from "node:assert/strict";
import { test } from "node:test";
import { createApiServer } from "../apiserver/index.ts";
import { Node, Service } from "../api/index.ts";
import { logTo, Scope, seededRandom, VirtualClock } from "../base/index.ts";
import { createClient, directTransport } from "../client/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { fakeCloud, startCloudControllers } from "./index.ts";

test("nodes are filled in and routed to, services get an address and give it back", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const log = logTo(() => {});
  const scope = Scope.logging(log);
  const server = createApiServer({ store: openMemoryStore(), clock, random, log, scope });
  const transport = directTransport(server.handle, { name: "test", groups: ["system:masters"] });
  const client = createClient({ transport, clock });
  const run = async <T>(work: Promise<T>): Promise<T> => {
    await clock.advance(500);
    return work;
  };
  await run(server.ready);
  const addresses = [{ type: "InternalIP", address: "10.0.0.5" }];
  const provider = fakeCloud({ n: { providerId: "fake://n", zone: "z", type: "small", addresses } });
  await run(startCloudControllers({ client, clock, random, log, scope }, { provider }));
  const taints = [{ key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" }];
  await run(
    client.create(Node, {
      metadata: { name: "n" },
      spec: { taints, podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24"] },
    }),
  );
  const ports = [{ port: 80 }];
  await run(
    client.create(Service, { metadata: { namespace: "default", name: "s" }, spec: { type: "LoadBalancer", ports } }),
  );
  await clock.advance(12_000);

  const node = await run(client.get(Node, { name: "n" }));
  assert.equal(node.spec.providerID, "fake://n");
  assert.equal(node.metadata.labels?.["topology.kubernetes.io/zone"], "z");
  assert.equal(node.spec.taints?.some(({ key }) => key === taints[0]!.key) ?? false, false);
  assert.deepEqual([...provider.routesByCidr.values()], [{ nodeName: "n", cidr: "10.1.0.0/24" }]);
  const service = await run(client.get(Service, { namespace: "default", name: "s" }));
  assert.equal(service.status.loadBalancer.ingress?.[0]?.ip, "192.0.2.1");
  assert.deepEqual(provider.balancers.get("default/s"), ["n"]);

  await run(client.delete(Service, { namespace: "default", name: "s" }));
  await clock.advance(2_000);
  assert.equal(provider.balancers.has("default/s"), false);
  await Promise.all([scope.close(), clock.advance(1_000)]);
});
