import type { HealthFigures } from "./health-figures.ts";
import { messageOf, type Clock } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { Store } from "../../store/index.ts";
import type { RequestContext } from "../contracts.ts";
import { respondText } from "../http/respond.ts";

/** What the server tells of itself. */
export interface HealthState {
  /** Everything that has to be there before anyone is served is. */
  readonly ready: boolean;
}

type Endpoint = "healthz" | "livez" | "readyz";

interface Check {
  readonly name: string;
  readonly of: readonly Endpoint[];
  /** undefined when all is well. */
  readonly run: (options: HealthOptions) => Promise<string | undefined>;
}

export interface HealthOptions {
  readonly store: Pick<Store, "revision">;
  readonly clock: Clock;
  readonly state: HealthState;
  /** Whether the server is about to end: clients should go elsewhere. */
  readonly isStopping: () => boolean;
  /** Counts what single checks find. */
  readonly figures: HealthFigures;
  /** It shows a certificate to the servers behind it. */
  readonly hasProxyClient: boolean;
}

const ALL: readonly Endpoint[] = ["healthz", "livez", "readyz"];
const READY: readonly Endpoint[] = ["readyz"];

const fine = async () => undefined;
const started = async ({ state }: HealthOptions) => (state.ready ? undefined : "not finished");

const running = async ({ isStopping }: HealthOptions) => (isStopping() ? "process is shutting down" : undefined);

/** Who asks wants to know now, however long the store itself would go on trying. */
const STORE_TIMEOUT_MS = 2_000;

async function storeAnswers({ store, clock }: HealthOptions): Promise<string | undefined> {
  const answered = store.revision().then(() => undefined, messageOf);
  const late = Promise.withResolvers<string>();
  const timer = clock.timer(STORE_TIMEOUT_MS, () => late.resolve("etcd failed to answer in time"));
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    timer.cancel();
  }
}

/** Parts that the original starts one by one; here each is there once the server has started as a whole. */
const HOOKS = [
  "start-apiserver-admission-initializer",
  "generic-apiserver-start-informers",
  "priority-and-fairness-config-consumer",
  "priority-and-fairness-filter",
  "storage-object-count-tracker-hook",
  "start-apiextensions-informers",
  "start-apiextensions-controllers",
  "crd-informer-synced",
  "start-system-namespaces-controller",
  "peer-endpoint-reconciler-controller",
  "start-cluster-authentication-info-controller",
  "start-kube-apiserver-identity-lease-controller",
  "start-kube-apiserver-identity-lease-garbage-collector",
  "storage-readiness",
  "start-legacy-token-tracking-controller",
  "start-service-ip-repair-controllers",
  "rbac/bootstrap-roles",
  "scheduling/bootstrap-system-priority-classes",
  "priority-and-fairness-config-producer",
  "bootstrap-controller",
  "start-kubernetes-service-cidr-controller",
  "start-kube-aggregator-informers",
  "apiservice-status-local-available-controller",
  "apiservice-status-remote-available-controller",
  "apiservice-registration-controller",
  "apiservice-discovery-controller",
  "kube-apiserver-autoregistration",
];
const LAST_HOOKS = ["apiservice-openapi-controller", "apiservice-openapiv3-controller"];
/** Of servers that show a certificate to those behind them, and before which other it stands. */
const PROXY_HOOK = { name: "aggregator-reload-proxy-client-cert", before: "start-kube-aggregator-informers" };

const hook = (name: string): Check => ({ name: `poststarthook/${name}`, of: ALL, run: started });

const CHECKS: readonly Check[] = [
  { name: "ping", of: ALL, run: fine },
  { name: "log", of: ALL, run: fine },
  { name: "loopback-serving-certificate", of: ["healthz", "livez"], run: fine },
  { name: "etcd", of: ALL, run: storeAnswers },
  { name: "etcd-readiness", of: READY, run: storeAnswers },
  { name: "informer-sync", of: READY, run: started },
  ...HOOKS.map(hook),
  { name: "autoregister-completion", of: ALL, run: started },
  ...LAST_HOOKS.map(hook),
  { name: "shutdown", of: READY, run: running },
];

const ENDPOINT = /^\/(healthz|livez|readyz)(?:\/(.+))?$/;

function checksOf(endpoint: Endpoint, { hasProxyClient }: Pick<HealthOptions, "hasProxyClient">): readonly Check[] {
  const own = CHECKS.filter(({ of }) => of.includes(endpoint));
  if (!hasProxyClient) return own;
  const at = own.findIndex(({ name }) => name === hook(PROXY_HOOK.before).name);
  return own.toSpliced(at, 0, hook(PROXY_HOOK.name));
}

/** Paths of all checks. */
export function healthPaths(options: Pick<HealthOptions, "hasProxyClient">): string[] {
  return ALL.flatMap((endpoint) => [
    `/${endpoint}`,
    ...checksOf(endpoint, options).map(({ name }) => `/${endpoint}/${name}`),
  ]);
}

/** Answers /healthz, /livez, /readyz and single checks below them; undefined for other paths. */
export async function health(context: RequestContext, options: HealthOptions): Promise<ApiResponse | undefined> {
  const [, endpoint, single] = ENDPOINT.exec(context.info.path) ?? [];
  if (!endpoint) return undefined;
  const of = checksOf(endpoint as Endpoint, options);
  if (single !== undefined) {
    const check = of.find(({ name }) => name === single);
    return check && respondSingle(await check.run(options));
  }
  return respondAll({ endpoint, checks: of, context, options });
}

function respondSingle(problem: string | undefined): ApiResponse {
  if (problem !== undefined) return respondText(500, `internal server error: ${problem}\n`);
  const { status, headers, body } = respondText(200, "ok");
  const { "x-content-type-options": _, ...others } = headers;
  return { status, headers: others, body };
}

interface AllChecks {
  readonly endpoint: string;
  readonly checks: readonly Check[];
  readonly context: RequestContext;
  readonly options: HealthOptions;
}

async function respondAll({ endpoint, checks, context, options }: AllChecks): Promise<ApiResponse> {
  const excluded = new Set(context.query.getAll("exclude"));
  const lines: string[] = [];
  let failed = false;
  for (const { name, run } of checks) {
    if (excluded.delete(name)) {
      lines.push(`[+]${name} excluded: ok`);
      continue;
    }
    const problem = await run(options);
    options.figures.note({ name, type: endpoint, isFine: problem === undefined });
    failed ||= problem !== undefined;
    lines.push(problem === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => JSON.stringify(name)).join(",");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  const text = `${lines.join("\n")}\n${endpoint} check ${failed ? "failed" : "passed"}\n`;
  if (failed) return respondText(500, text);
  return respondText(200, context.query.has("verbose") ? text : "ok");
}
