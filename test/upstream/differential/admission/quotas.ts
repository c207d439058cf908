import { seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, some, untilSeen } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { limitRange } from "./limits.ts";
import { claim, countedService, demandingPod } from "./resources.ts";

const ASKED = 24;
const REQUESTS_PER_SCRIPT = 34;

/** What is made, changed and deleted in namespaces with quotas, whose uses are read again. */
export function quotas({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `quotas ${index}`,
    group: "quotas",
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/quotas/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, namespace } = scene;
  await makeNamespace(ask, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  if (chance(random, 0.25)) await ask({ do: `POST ${core}/limitranges`, body: limitRange(random, "l") });
  for (const name of ["q-a", "q-b", "q-c"].slice(0, 1 + random.int(3))) await makeQuota(scene, name);
  await untilSeen();
  for (let index = 0; index < ASKED; index++) {
    await ask(attempt(scene, index));
    if (chance(random, 0.25)) await ask({ do: `GET ${core}/resourcequotas` });
    if (chance(random, 0.05)) {
      await makeQuota(scene, `q-${index}`);
      await untilSeen();
    }
  }
  await ask({ do: `GET ${core}/resourcequotas` });
}

/** Nobody here works out what a quota has given out: a quota counts once its status says something. */
async function makeQuota({ ask, random, namespace }: Scene, name: string): Promise<void> {
  const list = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const hard = hardOf(random, name);
  const made = await ask({ do: `POST ${list}`, body: { metadata: { name }, spec: { hard, ...scopesOf(random) } } });
  if (made.status !== 201 || chance(random, 0.07)) return;
  const used = Object.fromEntries(Object.keys(hard).map((key) => [key, "0"]));
  if (chance(random, 0.05)) delete used[Object.keys(used)[0]!];
  const status = { hard: chance(random, 0.95) ? hard : hardOf(random, name), used };
  await ask({ do: `PATCH ${list}/${name}/status`, type: "application/merge-patch+json", body: { status } });
}

const HARD: Readonly<Record<string, readonly (string | number)[]>> = {
  pods: ["1", "2", 3],
  "count/pods": ["2", "3"],
  cpu: ["1", "2500m", "3"],
  "requests.cpu": ["1", "2", "1500m"],
  "limits.cpu": ["2", "3"],
  memory: ["1Gi", "500M"],
  "requests.memory": ["1Gi", "2Gi"],
  "limits.memory": ["1Gi", "3Gi"],
  "ephemeral-storage": ["1Gi"],
  "requests.ephemeral-storage": ["1Gi"],
  "limits.ephemeral-storage": ["1Gi"],
  "hugepages-2Mi": ["4Mi"],
  "requests.hugepages-2Mi": ["4Mi"],
  "requests.example.com/gpu": ["2"],
  "limits.example.com/gpu": ["2"],
  services: ["1", "2"],
  "count/services": ["2"],
  "services.nodeports": ["2", "3", "0"],
  "services.loadbalancers": ["1", "0"],
  persistentvolumeclaims: ["2"],
  "count/persistentvolumeclaims": ["2"],
  "requests.storage": ["4Gi", "6Gi"],
  "gold.storageclass.storage.k8s.io/requests.storage": ["3Gi"],
  "gold.storageclass.storage.k8s.io/persistentvolumeclaims": ["1"],
  "silver.storageclass.storage.k8s.io/persistentvolumeclaims": ["1"],
  configmaps: ["2"],
  "count/configmaps": ["1", "3"],
  secrets: ["2"],
  "count/deployments.apps": ["1"],
  "count/jobs.batch": ["1"],
  "count/roles.rbac.authorization.k8s.io": ["0"],
  resourcequotas: ["2"],
  "count/resourcequotas": ["3"],
  replicationcontrollers: ["1"],
  "count/things.example.com": ["1"],
  bogus: ["1"],
  "x.y/z": ["1"],
};
const KEYS = Object.keys(HARD).filter((key) => !["bogus", "limits.example.com/gpu"].includes(key));

function hardOf(random: Scene["random"], name: string): Record<string, string | number> {
  // What pods must say is asked by one quota only: the original asks them in any order.
  const own = name === "q-a" ? KEYS : KEYS.filter((key) => !/(cpu|^(requests\.|limits\.)?memory)$/.test(key));
  const keys = [...some(random, own, 5), pick(own, random)];
  if (chance(random, 0.03)) keys.push(pick(Object.keys(HARD), random));
  return Object.fromEntries(keys.map((key) => [key, pick(HARD[key]!, random)]));
}

const SCOPES = [
  "BestEffort",
  "NotBestEffort",
  "Terminating",
  "NotTerminating",
  "PriorityClass",
  "CrossNamespacePodAffinity",
];

function scopesOf(random: Scene["random"]): object {
  const selector = () => ({
    scopeName: pick([...SCOPES, "PriorityClass", "PriorityClass", "VolumeAttributesClass"], random),
    operator: pick(["In", "NotIn", "Exists", "DoesNotExist"], random),
    ...(chance(random, 0.6) && { values: [pick(["system-node-critical", "fast", "x"], random), "other"] }),
  });
  return {
    ...(chance(random, 0.2) && { scopes: some(random, SCOPES, 2) }),
    ...(chance(random, 0.15) && { scopeSelector: { matchExpressions: [selector()] } }),
  };
}

function attempt(scene: Scene, index: number): Request {
  const { random, namespace } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  const dry = chance(random, 0.2) ? "?dryRun=All" : "";
  const name = `o${index}`;
  const known = `o${random.int(index + 1)}`;
  const draw = random.float();
  if (draw < 0.4) return { do: `POST ${core}/pods${dry}`, body: demandingPod(random, name) };
  if (draw < 0.5) return { do: `POST ${core}/services${dry}`, body: countedService(random, name) };
  if (draw < 0.6) return { do: `POST ${core}/persistentvolumeclaims${dry}`, body: claim(random, name) };
  if (draw < 0.72) return { do: `POST ${pick(COUNTED, random).replace("NS", namespace)}${dry}`, body: counted(name) };
  if (draw < 0.8) return change(core, known, scene);
  const plural = pick(["pods", "services", "persistentvolumeclaims", "configmaps"], random);
  return { do: `DELETE ${core}/${plural}/${known}${dry}`, body: { gracePeriodSeconds: 0 } };
}

const COUNTED = [
  "/api/v1/namespaces/NS/configmaps",
  "/api/v1/namespaces/NS/secrets",
  "/api/v1/namespaces/NS/resourcequotas",
  "/apis/apps/v1/namespaces/NS/deployments",
  "/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles",
];

/** Makes sense as an object of any of these kinds. */
function counted(name: string): object {
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
  };
}

/** Changes that change what something takes, or don't. */
function change(core: string, name: string, { random }: Scene): Request {
  const merge = "application/merge-patch+json";
  const spec = countedService(random, name).spec;
  return pick<Request>(
    [
      { do: `PATCH ${core}/services/${name}`, type: merge, body: { spec } },
      { do: `PATCH ${core}/services/${name}`, type: merge, body: { metadata: { labels: { a: "b" } } } },
      {
        do: `PATCH ${core}/persistentvolumeclaims/${name}`,
        type: merge,
        body: { spec: { resources: { requests: { storage: "20Gi" } } } },
      },
      { do: `PATCH ${core}/pods/${name}`, type: merge, body: { metadata: { labels: { a: "c" } } } },
      { do: `PATCH ${core}/pods/${name}`, type: merge, body: { spec: { activeDeadlineSeconds: 5 } } },
      {
        do: `PATCH ${core}/pods/${name}/status`,
        type: merge,
        body: { status: { phase: pick(["Succeeded", "Failed", "Running"], random) } },
      },
      {
        do: `PATCH ${core}/pods/${name}/resize`,
        type: "application/strategic-merge-patch+json",
        body: {
          spec: { containers: [{ name: "c0", resources: { requests: { cpu: pick(["200m", "2", "5"], random) } } }] },
        },
      },
    ],
    random,
  );
}
