import { setTimeout as delay } from "node:timers/promises";
import type { Script } from "./compare.ts";
import type { Ask } from "./exchange.ts";

/** The original tells of what was defined some time after it serves it. */
const TOLD_MS = 3000;
const AGGREGATED = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const FORMS = [
  ...["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"],
  ...[`application/json;${AGGREGATED}`, `application/yaml;${AGGREGATED}`],
  "application/json;as=Table;v=v1;g=meta.k8s.io",
];
const CACHING = ["etag", "vary", "cache-control"];

/** What is told of groups that come and go: one script, since what one defines all others would see. */
export function customDiscovery(): Script {
  return {
    title: "discovery of what is defined",
    group: "discovery",
    async run(ask, _random, id) {
      const group = `${id}.example.com`;
      const name = `widgets.${group}`;
      await ask({ do: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: definition(group) });
      await told(ask, group);
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
      const unserve = [{ op: "replace", path: "/spec/versions/1/served", value: false }];
      await ask({ do: `PATCH ${path}`, type: "application/json-patch+json", body: unserve });
      await told(ask, group);
      const service = `v1.other.${group}`;
      await ask({ do: "POST /apis/apiregistration.k8s.io/v1/apiservices", body: apiService(`other.${group}`) });
      await told(ask, `other.${group}`);
      await ask({ do: `DELETE /apis/apiregistration.k8s.io/v1/apiservices/${service}` });
      await ask({ do: `DELETE ${path}` });
      await told(ask, group);
    },
  };
}

async function told(ask: Ask, group: string): Promise<void> {
  await delay(TOLD_MS);
  for (const path of ["/apis", `/apis/${group}`, `/apis/${group}/`, `/apis/${group}/v1`, `/apis/${group}/v1beta1`])
    for (const accept of FORMS) await ask({ do: `GET ${path}`, accept, sees: CACHING });
  for (const method of ["HEAD", "OPTIONS", "POST"])
    for (const path of [`/apis/${group}`, `/apis/${group}/v1`]) await ask({ do: `${method} ${path}`, sees: ["allow"] });
  await ask({ do: "GET /" });
}

const definition = (group: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"], categories: ["all", "things"] },
    versions: ["v1", "v1beta1"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      subresources: { status: {}, scale: { specReplicasPath: ".spec.n", statusReplicasPath: ".status.n" } },
    })),
  },
});

const apiService = (group: string) => ({
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: `v1.${group}` },
  spec: {
    group,
    version: "v1",
    groupPriorityMinimum: 20_000,
    versionPriority: 15,
    insecureSkipTLSVerify: true,
    service: { namespace: "default", name: "nobody" },
  },
});
