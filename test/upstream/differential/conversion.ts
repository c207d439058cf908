import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { CONVERSION_HOOKS } from "./conversion-hooks.ts";
import type { Answer, Ask } from "./exchange.ts";
import type { HookServer } from "./hook-server.ts";
import { pick } from "./mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of any kind, which are taken apart
type Json = any;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
/** Requests of random sorts after those that every script makes. */
const STEPS = 14;

/** Lives of objects whose versions a webhook converts; one script for each of the hooks, then as many more as are asked for. */
export function conversions({ count, hooks }: { readonly count: number; readonly hooks: HookServer }): Script[] {
  const names = Object.keys(CONVERSION_HOOKS);
  return Array.from({ length: Math.max(count, names.length) }, (_, index) => {
    const name = index < names.length ? names[index]! : "good";
    return {
      title: `conversion ${index} by ${name}`,
      group: "conversion",
      run: (ask, random, id) => live({ ask, random, id, hooks, hook: name }),
    };
  });
}

interface Life {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
  readonly hooks: HookServer;
  readonly hook: string;
}

async function live(life: Life): Promise<void> {
  const { ask, random, id, hook, hooks } = life;
  const good = definition(life, "good");
  const created = await ask({ do: `POST ${DEFINITIONS}`, body: good });
  if (created.status !== 201) return;
  const path = (version: string, name = "", subresource = "") =>
    `/apis/${id}.example.com/${version}/namespaces/default/things${name && `/${name}`}${subresource && `/${subresource}`}`;
  const make = (version: string, name: string, spec: Json) =>
    ask({ do: `POST ${path(version)}`, body: thing({ id, version, name, spec }) });
  await make("v1", "a", { host: "h", port: 1, replicas: 2, size: 3 });
  await make("v2", "b", { address: "k:2" });
  if (hook !== "good") {
    const conversion = { strategy: "Webhook", webhook: webhookOf(hooks, hook) };
    const type = "application/merge-patch+json";
    await ask({ do: `PATCH ${DEFINITIONS}/things.${id}.example.com`, type, body: { spec: { conversion } } });
  }
  for (const version of ["v1", "v2"]) {
    await ask({ do: `GET ${path(version, "a")}` });
    await ask({ do: `GET ${path(version)}` });
    await ask({ do: `GET ${path(version)}?resourceVersion=0&watch=true&timeoutSeconds=1` });
    await make(version, `c-${version}`, version === "v1" ? { host: "x" } : { address: "x:9" });
  }
  await ask({ do: `GET ${path("v2", "a", "scale")}` });
  for (let step = 0; step < STEPS; step++) await change(life, path);
  if (random.float() < 0.5) await restore(life, path);
  await ask({ do: `DELETE ${path(pick(["v1", "v2"], random), "a")}` });
  await ask({ do: `DELETE ${path(pick(["v1", "v2"], random))}` });
  await ask({ do: `DELETE ${DEFINITIONS}/things.${id}.example.com` });
}

type PathOf = (version: string, name?: string, subresource?: string) => string;

/** Stores in the other version from now on; what lies there stays as it is. */
async function restore({ ask, id }: Life, path: PathOf): Promise<void> {
  const own = `${DEFINITIONS}/things.${id}.example.com`;
  const { body } = await ask({ do: `GET ${own}` });
  const versions = body.spec.versions.map((one: Json) => ({ ...one, storage: one.name === "v2" }));
  await ask({ do: `PUT ${own}`, body: { ...body, spec: { ...body.spec, versions } } });
  for (const version of ["v1", "v2"]) await ask({ do: `GET ${path(version)}` });
  const type = "application/merge-patch+json";
  await ask({ do: `PATCH ${path("v1", "a")}`, type, body: { spec: { size: 6 } } });
}

async function change(life: Life, path: PathOf): Promise<Answer | undefined> {
  const { ask, random, id } = life;
  const version = pick(["v1", "v2"], random);
  const name = pick(["a", "b", "c-v1"], random);
  const own = path(version, name);
  const spec =
    version === "v1"
      ? { host: pick(["h", "i"], random), port: random.int(9) }
      : { address: pick(["h:1", "j:7", "z"], random) };
  const more = random.float() < 0.3 ? { size: pick([1, 5, -1, "x"], random), unknown: 1 } : {};
  const manager = pick(["one", "two"], random);
  const query = `fieldManager=${manager}${random.float() < 0.2 ? "&dryRun=All" : ""}`;
  const applied = thing({ id, version, name, spec: { ...spec, ...more } });
  switch (random.int(12)) {
    case 0:
    case 1: {
      const { body, status } = await ask({ do: `GET ${own}` });
      if (status !== 200) return undefined;
      return ask({ do: `PUT ${own}?${query}`, body: { ...body, spec: { ...body.spec, ...spec, ...more } } });
    }
    case 2:
      return ask({
        do: `PATCH ${own}?${query}`,
        type: "application/merge-patch+json",
        body: { spec: { ...spec, ...more } },
      });
    case 3: {
      const value = version === "v1" ? "p" : "p:5";
      const op = { op: "replace", path: version === "v1" ? "/spec/host" : "/spec/address", value };
      return ask({ do: `PATCH ${own}?${query}`, type: "application/json-patch+json", body: [op] });
    }
    case 4:
    case 5:
    case 6: {
      const force = random.float() < 0.5;
      return ask({ do: `PATCH ${own}?${query}&force=${force}`, type: "application/apply-patch+yaml", body: applied });
    }
    case 7: {
      const status = { replicas: random.int(5), phase: pick(["on", "off"], random) };
      return ask({ do: `PATCH ${own}/status?${query}`, type: "application/merge-patch+json", body: { status, spec } });
    }
    case 8:
      return ask({
        do: `PATCH ${own}/scale?${query}`,
        type: "application/merge-patch+json",
        body: { spec: { replicas: random.int(4) } },
      });
    case 9:
      return ask({ do: `GET ${path(version)}?limit=1`, accept: pick([TABLE, "application/json"], random) });
    case 10:
      return ask({ do: `GET ${own}`, accept: pick([TABLE, METADATA, "application/json"], random) });
    default:
      return ask({
        do: `GET ${path(version)}?fieldSelector=${version === "v1" ? "spec.host%3Dh" : "spec.address%3Dh:1"}`,
      });
  }
}

function thing({
  id,
  version,
  name,
  spec,
}: {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly spec: Json;
}): Json {
  const metadata = { name, namespace: "default", labels: { app: name } };
  return { apiVersion: `${id}.example.com/${version}`, kind: "Thing", metadata, spec };
}

const webhookOf = (hooks: HookServer, name: string) => ({
  clientConfig: { url: hooks.url(name), caBundle: hooks.caBundle },
  conversionReviewVersions: name === "otherwise" ? ["v2", "v1beta1", "v1"] : ["v1", "v1beta1"],
});

function definition({ id, hooks }: Life, hook: string): Json {
  const common = {
    replicas: { type: "integer" },
    size: { type: "integer", minimum: 0, default: 4 },
    tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
  };
  const version = (name: string, own: Json, column: Json) => ({
    name,
    served: true,
    storage: name === "v1",
    schema: {
      openAPIV3Schema: {
        type: "object",
        properties: {
          spec: { type: "object", properties: { ...common, ...own } },
          status: { type: "object", properties: { replicas: { type: "integer" }, phase: { type: "string" } } },
        },
      },
    },
    subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } },
    additionalPrinterColumns: [{ ...column, type: "string" }],
    selectableFields: [{ jsonPath: column.jsonPath }],
  });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things.${id}.example.com` },
    spec: {
      group: `${id}.example.com`,
      scope: "Namespaced",
      names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
      conversion: { strategy: "Webhook", webhook: webhookOf(hooks, hook) },
      versions: [
        version(
          "v1",
          { host: { type: "string" }, port: { type: "integer" }, only1: { type: "string", default: "one" } },
          { name: "Host", jsonPath: ".spec.host" },
        ),
        version(
          "v2",
          { address: { type: "string" }, only2: { type: "string", default: "two" } },
          { name: "Address", jsonPath: ".spec.address" },
        ),
      ],
    },
  };
}
