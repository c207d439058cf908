import { jsonEqual } from "../../base/index.ts";
import { Endpoints, EndpointSlice, type KindDefinition, parseIp, Service } from "../../api/index.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import { systemContext } from "./bootstrap.ts";

/** Where servers are reached from pods. */
export interface Advertised {
  /** Of all servers of the cluster; none: from this machine only, so there is no endpoint. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** First address of the service range. */
  readonly clusterIP: string;
}

const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
const META = { name: "kubernetes", namespace: "default" };
const HTTPS = { name: "https", protocol: "TCP" };

/** Keeps the Service through which pods reach the API, and its endpoints, as servers are reached now. */
export async function publishKubernetesService(
  core: ServerCore,
  { addresses, port, clusterIP }: Advertised,
): Promise<void> {
  const service = {
    metadata: { ...META, labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      ports: [{ ...HTTPS, port: 443, targetPort: port }],
      clusterIP,
      type: "ClusterIP",
      sessionAffinity: "None",
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
  };
  await put(core, Service as unknown as KindDefinition, service, "spec");
  const [address] = addresses;
  if (address === undefined) return;
  const endpoints = {
    metadata: { ...META, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ ...HTTPS, port }] }],
  };
  await put(core, Endpoints as unknown as KindDefinition, endpoints, "subsets");
  const slice = {
    metadata: { ...META, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: familyOf(address),
    endpoints: addresses.map((one) => ({ addresses: [one], conditions: { ready: true } })),
    ports: [{ ...HTTPS, port }],
  };
  await put(core, EndpointSlice as unknown as KindDefinition, slice, "endpoints", "ports");
}

/** Makes the object, or brings these parts of it up to date. */
async function put(core: ServerCore, kind: KindDefinition, object: Json, ...parts: readonly string[]): Promise<void> {
  const registry = core.registry(kind);
  const context = systemContext(kind, META.namespace, META.name);
  const wanted = registry.decode(object).value;
  const existing = await registry.find(META.namespace, META.name);
  if (!existing) {
    await registry.create(context, wanted, WRITE);
    return;
  }
  const current = existing.object as unknown as Json;
  const changed = Object.fromEntries(parts.map((part) => [part, over(current[part], wanted[part])]));
  if (parts.every((part) => jsonEqual(current[part], changed[part]))) return;
  await registry.update(context, {
    change: (now) => ({ ...(structuredClone(now) as unknown as Json), ...changed }),
    write: WRITE,
  });
}

/** A part as it is to be: of a map what is wanted, and what else there is. */
function over(current: unknown, wanted: unknown): unknown {
  return Array.isArray(wanted) ? wanted : { ...(current as Json | undefined), ...(wanted as Json) };
}

function familyOf(address: string): string {
  return `IPv${parseIp(address)?.family}`;
}
