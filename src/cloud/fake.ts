import type { CloudProvider, Instance, Route } from "./provider.ts";

/** A cloud in memory, and everything that was asked of it. */
export interface FakeCloud extends CloudProvider {
  readonly instancesByName: Map<string, Instance>;
  readonly routesByCidr: Map<string, Route>;
  /** Nodes behind each service's balancer, by namespace/name. */
  readonly balancers: Map<string, readonly string[]>;
}

/** A cloud whose machines are given and whose balancers get addresses in turn. */
export function fakeCloud(instances: Readonly<Record<string, Instance>> = {}): FakeCloud {
  const instancesByName = new Map(Object.entries(instances));
  const routesByCidr = new Map<string, Route>();
  const balancers = new Map<string, readonly string[]>();
  const addresses = new Map<string, string>();
  const keyOf = (service: { metadata: { namespace: string; name: string } }) =>
    `${service.metadata.namespace}/${service.metadata.name}`;
  return {
    name: "fake",
    instancesByName,
    routesByCidr,
    balancers,
    instances: { instanceOf: async (node) => instancesByName.get(node.metadata.name) },
    routes: {
      list: async () => [...routesByCidr.values()],
      create: async (route) => void routesByCidr.set(route.cidr, route),
      delete: async (route) => void routesByCidr.delete(route.cidr),
    },
    loadBalancers: {
      async ensure(service, nodes) {
        const key = keyOf(service);
        balancers.set(
          key,
          nodes.map(({ metadata }) => metadata.name),
        );
        const ip = addresses.get(key) ?? `192.0.2.${addresses.size + 1}`;
        addresses.set(key, ip);
        return [{ ip }];
      },
      async delete(service) {
        balancers.delete(keyOf(service));
      },
    },
  };
}
