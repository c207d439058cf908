import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { makeNamespace } from "./update.ts";

const CHANGES = 8;
const REQUESTS_PER_SCRIPT = 13;

/** Services that get addresses and ports, keep them, give them back, or ask for what they can't have. */
export function services({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `services ${index}`,
    group: "services",
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/services/${index}`), id, index }),
  }));
}

interface Life {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
  readonly index: number;
}

async function live(life: Life): Promise<void> {
  const { ask, random, id } = life;
  const namespace = `n-${id}`;
  await makeNamespace(ask, namespace);
  const list = `/api/v1/namespaces/${namespace}/services`;
  const made = await ask({ do: `POST ${list}`, body: { metadata: { name: "s" }, spec: randomSpec(life) } });
  if (made.status !== 201)
    await ask({ do: `POST ${list}`, body: { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } } });
  for (let index = 0; index < CHANGES; index++) {
    const dry = random.float() < 0.5 ? "?dryRun=All" : "";
    const kind = random.float();
    if (kind < 0.35)
      await ask({
        do: `PATCH ${list}/s${dry}`,
        type: "application/merge-patch+json",
        body: { spec: randomSpec(life) },
      });
    else if (kind < 0.7)
      await ask({ do: `PUT ${list}/s${dry}`, body: { metadata: { name: "s" }, spec: randomSpec(life) } });
    else await ask({ do: `POST ${list}${dry}`, body: { metadata: { name: `t${index}` }, spec: randomSpec(life) } });
  }
  await ask({ do: `DELETE ${list}/s` });
}

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Nope"];

function randomSpec({ random, index }: Life): Record<string, unknown> {
  const some = <T>(likelihood: number, key: string, values: readonly T[]) =>
    random.float() < likelihood ? { [key]: pick(values, random) } : {};
  const own = `10.96.${100 + (index % 100)}.${1 + Math.floor(index / 100)}`;
  const nodePort = 31_000 + (index % 900);
  const port = () => ({
    ...{ port: pick([80, 443, 0, 8080], random) },
    ...some(0.6, "name", ["a", "b", ""]),
    ...some(0.3, "nodePort", [nodePort, nodePort, 80, 0]),
    ...some(0.3, "protocol", ["TCP", "UDP", "SCTP", "X"]),
    ...some(0.2, "targetPort", [80, "web", 0]),
  });
  return {
    ...some(0.7, "type", TYPES),
    ...(random.float() < 0.95 && { ports: Array.from({ length: 1 + random.int(2) }, port) }),
    ...some(0.3, "clusterIP", [own, own, "None", "", "10.96.0.1", "10.97.0.1", "x", "fd00::1"]),
    ...some(0.2, "clusterIPs", [[own], ["None"], [own, "fd00::1"], [], ["10.97.0.1"], ["x"]]),
    ...some(0.2, "ipFamilies", [["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv4", "IPv4"], ["X"]]),
    ...some(0.25, "ipFamilyPolicy", ["SingleStack", "PreferDualStack", "RequireDualStack", "X"]),
    ...some(0.25, "externalTrafficPolicy", ["Local", "Cluster", "X"]),
    ...some(0.15, "internalTrafficPolicy", ["Local", "Cluster", "X"]),
    ...some(0.15, "healthCheckNodePort", [nodePort + 1, 80, 0]),
    ...some(0.2, "externalName", ["a.b", "A_B", ""]),
    ...some(0.15, "externalIPs", [["1.2.3.4"], ["127.0.0.1"], ["x"]]),
    ...some(0.15, "sessionAffinity", ["None", "ClientIP", "X"]),
    ...some(0.15, "allocateLoadBalancerNodePorts", [true, false]),
    ...some(0.1, "loadBalancerClass", ["a.b/c", "!"]),
    ...some(0.1, "loadBalancerIP", ["1.2.3.4", "x"]),
    ...some(0.1, "selector", [{ a: "b" }, { "!": "x" }]),
    ...some(0.1, "trafficDistribution", ["PreferClose", "PreferSameZone", "X"]),
  };
}
