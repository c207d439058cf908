import { type HorizontalPodAutoscaler, isNotFound, selectorText } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import type { MetricProblem } from "./plan.ts";

type Metric = NonNullable<HorizontalPodAutoscaler["spec"]["metrics"]>[number];

interface Source {
  readonly path: (namespace: string, metric: string) => string;
  /** What it means that the path isn't there. */
  readonly missing: (metric: string) => string;
}

const NOT_SERVED = "the server could not find the requested resource";
const RESOURCE: Source = {
  path: (namespace) => `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`,
  missing: () => `unable to fetch metrics from resource metrics API: ${NOT_SERVED} (get pods.metrics.k8s.io)`,
};
const CUSTOM: Source = {
  path: () => "/apis/custom.metrics.k8s.io",
  missing: () =>
    "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered",
};
const EXTERNAL: Source = {
  path: (namespace, metric) => `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}`,
  missing: (metric) =>
    `unable to fetch metrics from external metrics API: ${NOT_SERVED} (get ${metric}.external.metrics.k8s.io)`,
};

/** Why each metric can't be had. */
export async function metricProblems(
  client: Client,
  { metadata: { namespace }, spec }: HorizontalPodAutoscaler,
  signal: AbortSignal,
): Promise<readonly MetricProblem[]> {
  const problems: MetricProblem[] = [];
  for (const metric of spec.metrics ?? []) {
    const { source, name, word } = describe(metric, namespace);
    const why = await unreadable(client, { source, namespace, name, signal });
    problems.push(word(why));
  }
  return problems;
}

async function unreadable(
  client: Client,
  { source, namespace, name, signal }: { source: Source; namespace: string; name: string; signal: AbortSignal },
): Promise<string> {
  try {
    await client.getJson(source.path(namespace, name), { signal });
    return "computing sizes from metrics is not built yet";
  } catch (error) {
    if (isNotFound(error)) return source.missing(name);
    return (error as Error).message;
  }
}

interface Described {
  readonly source: Source;
  readonly name: string;
  readonly word: (why: string) => MetricProblem;
}

function describe(metric: Metric, namespace: string): Described {
  const said = (reason: string, message: string, what: string): MetricProblem => ({
    reason,
    message,
    summary: `failed to get ${what}: ${message}`,
  });
  const { resource, containerResource, pods, object, external } = metric;
  if (external) {
    const { name, selector } = external.metric;
    const full = `${namespace}/${name}/${selector ? selectorText(selector) : "nil"}`;
    const word = (why: string) =>
      said("FailedGetExternalMetric", `unable to get external metric ${full}: ${why}`, `${name} external metric value`);
    return { source: EXTERNAL, name, word };
  }
  if (pods) {
    const { name } = pods.metric;
    const word = (why: string) =>
      said("FailedGetPodsMetric", `unable to get metric ${name}: ${why}`, "pods metric value");
    return { source: CUSTOM, name, word };
  }
  if (object) {
    const { kind, name: objectName } = object.describedObject;
    const { name } = object.metric;
    const word = (why: string) =>
      said(
        "FailedGetObjectMetric",
        `unable to get metric ${name}: ${kind} on ${namespace} ${objectName}/${why}`,
        "object metric value",
      );
    return { source: CUSTOM, name, word };
  }
  const { name, target } = (containerResource ?? resource)!;
  const what = target.averageValue !== undefined ? "usage" : "utilization";
  const message = (why: string) => `failed to get ${name} ${what}: unable to get metrics for resource ${name}: ${why}`;
  const word = (why: string) =>
    containerResource
      ? said("FailedGetContainerResourceMetric", message(why), `${name} container metric value`)
      : said("FailedGetResourceMetric", message(why), `${name} resource metric value`);
  return { source: RESOURCE, name, word };
}
