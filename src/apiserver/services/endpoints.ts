import { EndpointSlice, Service } from "../../api/index.ts";
import type { Reads } from "../contracts.ts";
import { slicesOf } from "./slices.ts";

/** The port that a reference to a service means when it names none. */
export const REFERENCE_PORT = 443;

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port?: number | undefined;
}

/** Where one pod behind a service listens, or the server outside that it stands for. */
export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
}

/** The ready endpoints behind a service's port, or what is missing. */
export type Resolved =
  | { readonly endpoints: readonly ServiceEndpoint[] }
  | { readonly missing: "service" | "port" | "slices" | "endpoints"; readonly portName: string };

/** Where requests to a service go: to the pods themselves, whatever a proxy would make of its address. */
export async function resolveService(reads: Reads, reference: ServiceReference): Promise<Resolved> {
  const { namespace, name } = reference;
  const service = await reads.get(Service, { namespace, name });
  return resolve(reference, { service, slices: service ? await reads.list(EndpointSlice, namespace) : [] });
}

/** The same from what the cache holds. */
export function resolveCached(reads: Pick<Reads, "cached">, reference: ServiceReference): Resolved {
  const { namespace, name } = reference;
  const service = reads.cached(Service, namespace).find(({ metadata }) => metadata.name === name);
  return resolve(reference, { service, slices: service ? reads.cached(EndpointSlice, namespace) : [] });
}

function resolve(
  { name, port = REFERENCE_PORT }: ServiceReference,
  { service, slices }: { readonly service: Service | undefined; readonly slices: readonly EndpointSlice[] },
): Resolved {
  if (!service) return { missing: "service", portName: "" };
  const { type, externalName = "" } = service.spec;
  if (type === "ExternalName") return { endpoints: [{ host: externalName, port }] };
  const found = service.spec.ports?.find((one) => one.port === port);
  if (!found) return { missing: "port", portName: "" };
  const portName = found.name ?? "";
  const own = slicesOf(name, slices);
  if (own.length === 0) return { missing: "slices", portName };
  const endpoints = own.flatMap((slice) => readyEndpoints(slice, portName));
  return endpoints.length > 0 ? { endpoints } : { missing: "endpoints", portName };
}

function readyEndpoints({ ports, endpoints }: EndpointSlice, portName: string): ServiceEndpoint[] {
  const port = (ports ?? []).find(({ name = "" }) => name === portName)?.port;
  if (port === undefined) return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port })));
}
