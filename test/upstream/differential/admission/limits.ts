import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, untilSeen } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { amounts, claim, containerResources, demandingPod } from "./resources.ts";

const ASKED = 20;
const REQUESTS_PER_SCRIPT = 26;

/** Pods and claims in namespaces with limit ranges. */
export function limits({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `limits ${index}`,
    group: "limits",
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/limits/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, namespace } = scene;
  await makeNamespace(ask, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  // The original looks at several in any order.
  await ask({ do: `POST ${core}/limitranges`, body: limitRange(random, "l") });
  await untilSeen();
  for (let index = 0; index < ASKED; index++) await ask(attempt(scene, index));
}

/** A range whose parts agree with each other mostly. */
export function limitRange(random: Random, name: string): object {
  const types = [
    "Container",
    "Pod",
    "PersistentVolumeClaim",
    ...(chance(random, 0.1) ? ["Container", "Other", "x.y/z"] : []),
  ];
  const limits = types.filter(() => chance(random, 0.65)).map((type) => limitItem(random, type));
  return { metadata: { name }, spec: { limits } };
}

const BOUNDS: Readonly<
  Record<
    string,
    { readonly low: readonly string[]; readonly middle: readonly string[]; readonly high: readonly string[] }
  >
> = {
  cpu: { low: ["50m", "200m"], middle: ["300m", "0.5", "600m"], high: ["1", "1500m"] },
  memory: { low: ["32Mi", "100Mi"], middle: ["200Mi", "256M"], high: ["1Gi", "1536Mi"] },
  "ephemeral-storage": { low: ["50Mi"], middle: ["200Mi"], high: ["500Mi"] },
  storage: { low: ["1Gi", "600Mi"], middle: ["2Gi"], high: ["4Gi", "8Gi"] },
  "example.com/gpu": { low: ["1"], middle: ["1"], high: ["2"] },
};

function limitItem(random: Random, type: string): object {
  const names =
    type === "PersistentVolumeClaim" ? ["storage"] : ["cpu", "memory", "ephemeral-storage", "example.com/gpu"];
  const list = (level: "low" | "middle" | "high", likelihood: number) => {
    const chosen = names.filter((_, index) => chance(random, index < 2 ? likelihood : likelihood / 5));
    const odd = chance(random, 0.03);
    return Object.fromEntries(
      chosen.map((name) => [name, pick(BOUNDS[name]![odd ? pick(["low", "high"] as const, random) : level], random)]),
    );
  };
  const some = (likelihood: number, field: string, made: object) =>
    chance(random, likelihood) && Object.keys(made).length > 0 ? { [field]: made } : {};
  const isContainer = type === "Container" || chance(random, 0.03);
  return {
    type,
    ...some(0.5, "min", list("low", 0.7)),
    ...some(0.5, "max", list("high", 0.7)),
    ...(isContainer && some(0.5, "default", list("middle", 0.7))),
    ...(isContainer && some(0.4, "defaultRequest", list("middle", 0.5))),
    ...(chance(random, 0.25) && { maxLimitRequestRatio: ratios(random) }),
  };
}

function ratios(random: Random): object {
  return Object.fromEntries(
    ["cpu", "memory"]
      .filter(() => chance(random, 0.7))
      .map((name) => [name, pick(["1", "2", "1500m", "4", "2.5"], random)]),
  );
}

function attempt({ random, namespace }: Scene, index: number): Request {
  const core = `/api/v1/namespaces/${namespace}`;
  const draw = random.float();
  const name = `o${index}`;
  const known = `o${random.int(index + 1)}`;
  if (draw < 0.65)
    return { do: `POST ${core}/pods${chance(random, 0.8) ? "?dryRun=All" : ""}`, body: demandingPod(random, name) };
  if (draw < 0.8) return { do: `POST ${core}/persistentvolumeclaims`, body: claim(random, name) };
  if (draw < 0.85) return { do: `POST ${core}/limitranges?dryRun=All`, body: limitRange(random, `new-${index}`) };
  if (draw < 0.9)
    return {
      do: `PUT ${core}/limitranges/l?dryRun=All`,
      body: limitRange(random, "l"),
    };
  return pick<Request>(
    [
      {
        do: `PATCH ${core}/persistentvolumeclaims/${known}`,
        type: "application/merge-patch+json",
        body: { spec: { resources: { requests: { storage: "20Gi" } } } },
      },
      {
        do: `PATCH ${core}/pods/${known}`,
        type: "application/merge-patch+json",
        body: { metadata: { labels: { x: "y" } } },
      },
      {
        do: `PATCH ${core}/pods/${known}/resize`,
        type: "application/strategic-merge-patch+json",
        body: {
          spec: {
            containers: [
              {
                name: "c0",
                resources: chance(random, 0.5) ? { requests: amounts(random) } : containerResources(random),
              },
            ],
          },
        },
      },
    ],
    random,
  );
}
