import { EndpointSlice, Namespace, Service } from "../api/index.ts";
import type { Informers } from "../runtime/index.ts";
import type { ClusterNames } from "./answer.ts";

/** The cluster's names, kept by informers. */
export function clusterNames(informers: Informers): { readonly names: ClusterNames; readonly synced: Promise<void> } {
  const services = informers.for(Service);
  const slices = informers.for(EndpointSlice);
  const namespaces = informers.for(Namespace);
  services.addIndex("clusterIP", (service) =>
    [...(service.spec.clusterIPs ?? [])].filter((ip) => ip !== "None" && ip !== ""),
  );
  slices.addIndex("service", (slice) => {
    const name = slice.metadata.labels?.["kubernetes.io/service-name"];
    return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
  });
  slices.addIndex("address", (slice) => (slice.endpoints ?? []).flatMap((endpoint) => [...endpoint.addresses]));
  return {
    names: {
      service: (namespace, name) => services.get({ namespace, name }),
      slicesOf: (namespace, name) => slices.index("service", `${namespace}/${name}`),
      serviceByIP: (ip) => services.index("clusterIP", ip)[0],
      slicesByIP: (ip) => slices.index("address", ip),
      hasNamespace: (name) => namespaces.get({ name }) !== undefined,
    },
    synced: Promise.all([services.synced, slices.synced, namespaces.synced]).then(() => {}),
  };
}
