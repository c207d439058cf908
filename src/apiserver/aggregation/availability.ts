import { APIService, EndpointSlice, type KindDefinition, type KubeObject, Service } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import { keepCondition } from "../conditions.ts";
import type { Reads } from "../contracts.ts";
import { nextChange } from "../next-change.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import { slicesOf } from "../services/slices.ts";
import { aggregated } from "./aggregated.ts";

const SERVICES = APIService as unknown as KindDefinition;
/** What an API service's condition depends on. */
const WATCHED = [SERVICES, Service, EndpointSlice] as unknown as readonly KindDefinition[];
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
const DEFAULT_PORT = 443;

interface Available {
  readonly type: "Available";
  readonly status: "False";
  readonly reason: string;
  readonly message: string;
}

/** Why an aggregated API service is not available, in the original's words as far as it would say so too. */
export function availabilityOf({ spec }: APIService, reads: Pick<Reads, "cached">): Available {
  const { namespace = "", name = "", port = DEFAULT_PORT } = spec?.service ?? {};
  const what = `service/${name} in ${JSON.stringify(namespace)}`;
  const no = (reason: string, message: string): Available => ({ type: "Available", status: "False", reason, message });
  const service = reads.cached(Service, namespace).find(({ metadata }) => metadata.name === name);
  if (!service) return no("ServiceNotFound", `${what} is not present`);
  if (service.spec.type === "ClusterIP") {
    const listening = service.spec.ports?.find((one) => one.port === port);
    if (!listening) return no("ServicePortError", `${what} is not listening on port ${port}`);
    const slices = slicesOf(name, reads.cached(EndpointSlice, namespace));
    if (slices.length === 0) return no("EndpointsNotFound", `cannot find endpointslices for ${what}`);
    const portName = listening.name ?? "";
    if (!slices.some((slice) => hasAddresses(slice, portName)))
      return no(
        "MissingEndpoints",
        `endpointslices for ${what} have no addresses with port name ${JSON.stringify(portName)}`,
      );
  }
  return no(
    "FailedDiscoveryCheck",
    `${what} was not asked: this server passes no requests on to aggregated API servers`,
  );
}

function hasAddresses({ ports, endpoints }: EndpointSlice, portName: string): boolean {
  const isNamed = ports?.some(({ name }) => (name ?? "") === portName);
  return (
    Boolean(isNamed) &&
    (endpoints ?? []).some(({ addresses, conditions }) => addresses.length > 0 && conditions?.ready !== false)
  );
}

/** Keeps the conditions of aggregated API services true; runs until the signal. */
export async function keepAvailability(
  core: ServerCore,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    // Services and their endpoints are looked at only while somebody asks about them.
    const isAsked = aggregated(core.reads).length > 0;
    const kinds = isAsked ? WATCHED : [SERVICES];
    const change = nextChange(core, kinds, signal);
    await Promise.all(kinds.map((kind) => core.registry(kind).cacher.start()));
    for (const service of aggregated(core.reads)) {
      const wanted = availabilityOf(service, core.reads);
      await keepCondition(core, { kind: SERVICES, object: service, wanted, write: WRITE, clock, change: withStatus });
    }
    if (isAsked || aggregated(core.reads).length === 0) await change;
  }
}

function withStatus(current: KubeObject | undefined, status: Json): Json {
  return { ...(structuredClone(current) as unknown as Json), status };
}
