import { ComponentStatus, type KindDefinition, type KubeObject, Lease, notFound } from "../../api/index.ts";
import { type Clock, parseTime, own } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { Store } from "../../store/index.ts";
import type { Reads, RequestContext, SubresourceHandler } from "../contracts.ts";
import { negotiate, wantsPretty } from "../http/negotiate.ts";
import { respondObject } from "../http/object.ts";
import { respond } from "../http/respond.ts";
import { listOptions } from "../list/options.ts";
import { selection } from "../list/selection.ts";
import { tableOf, tableOptions } from "../list/table.ts";

export interface ComponentStatusOptions {
  readonly store: Store;
  readonly reads: Reads;
  readonly clock: Clock;
}

const KIND = ComponentStatus as unknown as KindDefinition;
const SYSTEM_NAMESPACE = "kube-system";

/** undefined when all is well. */
type Probe = (options: ComponentStatusOptions) => Promise<string | undefined>;

const PROBES: Readonly<Record<string, Probe>> = {
  "controller-manager": leads("kube-controller-manager"),
  scheduler: leads("kube-scheduler"),
  "etcd-0": async ({ store }) =>
    store.revision().then(
      () => undefined,
      (error: Error) => error.message,
    ),
};

/** A component that leads renews its lease. */
function leads(name: string): Probe {
  return async ({ reads, clock }) => {
    const lease = await reads.get(Lease, { namespace: SYSTEM_NAMESPACE, name });
    const { renewTime, leaseDurationSeconds = 0 } = lease?.spec ?? {};
    if (!renewTime) return `no lease ${name} in ${SYSTEM_NAMESPACE}`;
    const isFresh = parseTime(renewTime) + leaseDurationSeconds * 1000 > clock.now();
    return isFresh ? undefined : `lease ${name} was last renewed at ${renewTime}`;
  };
}

/** The old look at the control plane: nothing is stored, all is asked when someone looks. */
export function componentStatuses(options: ComponentStatusOptions): SubresourceHandler {
  return async (context) => {
    const { name } = context.info;
    if (name === "") {
      const { matches } = selection(KIND, "", listOptions(context.query));
      const all = await Promise.all(Object.entries(PROBES).map(([one, probe]) => statusOf(options, one, probe)));
      const items = all.filter((one) => matches(one as unknown as KubeObject));
      return answer(context, options, { isList: true, items });
    }
    const probe = own(PROBES, name);
    if (!probe) throw notFound({ group: "", plural: "componentstatus" }, name);
    return answer(context, options, { isList: false, items: [await statusOf(options, name, probe)] });
  };
}

async function statusOf(options: ComponentStatusOptions, name: string, probe: Probe): Promise<ComponentStatus> {
  const problem = await probe(options);
  const condition =
    problem === undefined
      ? { type: "Healthy", status: "True", message: "ok" }
      : { type: "Healthy", status: "False", message: problem };
  const head = { kind: "ComponentStatus", apiVersion: "v1" };
  return { ...head, metadata: { name }, conditions: [condition] } as unknown as ComponentStatus;
}

interface Answer {
  readonly isList: boolean;
  readonly items: readonly ComponentStatus[];
}

function answer(context: RequestContext, { clock }: ComponentStatusOptions, { isList, items }: Answer): ApiResponse {
  const { request, query } = context;
  const format = negotiate(request.headers.accept, { views: true }, wantsPretty(request, query));
  if (format.as === "table") {
    const rows = items.map((object) => ({ object: object as never }));
    const table = tableOf(KIND, rows, { metadata: {}, nowMs: clock.now(), format, ...tableOptions(query) });
    return respond(200, table, format);
  }
  if (!isList) return respondObject(context, 200, items[0] as unknown as Record<string, unknown>, KIND);
  const bare = items.map(({ kind: _, apiVersion: __, ...item }) => item);
  const type = { group: "", version: "v1", kind: "ComponentStatusList", struct: KIND.list };
  return respondObject(context, 200, { metadata: {}, items: bare }, type);
}
