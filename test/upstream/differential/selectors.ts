import { behaviorOf, groupVersion, type KindDefinition, kinds } from "../../../src/api/index.ts";
import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { defineWidgets } from "./custom.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";

const STEPS = 12;
const VALUES = ["x", "", "true", "false", "Pending", "0", "a\\,b", "a\\=b", "a\\", "a\\\\", "é", " x ", "x=y"];
const OPERATORS = ["=", "==", "!=", "=", ">", " in ", "=!", ""];
const FIELDS = [
  ..."metadata.name metadata.namespace metadata.uid metadata.labels spec.nodeName status.phase spec.unschedulable".split(
    " ",
  ),
  ..."type reason involvedObject.name regarding.name spec.clusterIP status.replicas nope a.b.c .a a. spec".split(" "),
  ...["", " ", "metadata.name ", "Metadata.Name", "spec.replicas", "spec.driver", "spec.signerName", "status.podIP"],
];
const LABELS = [
  ...[
    "a=b",
    "a==b",
    "a!=b",
    "a",
    "!a",
    "a in (b)",
    "a in (b,c,)",
    "a notin (b)",
    "a in b",
    "a in (",
    "a in ()",
    "in in (in)",
  ],
  ...[
    "a>1",
    "a<1",
    "a>x",
    "a<",
    "a>1.5",
    "a>=1",
    "a,b",
    "a,,b",
    ",a",
    "a,",
    "a b",
    "a=b=c",
    "a=b c",
    "=b",
    "!",
    "!!a",
    "! a",
  ],
  ...[
    "a/b/c=d",
    "a_b=c",
    "-a=b",
    "A.b/c=d",
    "a=-",
    `a=${"x".repeat(64)}`,
    `${"x".repeat(64)}=a`,
    "é=a",
    "a=é",
    "a\\=b",
    "a=(b)",
  ],
  ...[
    "notin",
    "in",
    "a notin",
    "a in (b) c",
    "a exists",
    "a in (b",
    "a=b,a=c",
    "a=b,a!=b",
    "x in (b),x notin (b)",
    " a = b ",
    "a\n=b",
  ],
];

/** What every kind can be selected by, in lists, watches and deletions, and what it says of all else. */
export function selectors({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / STEPS) }, (_, index) => ({
    title: `selectors ${index}`,
    group: index % 12 === 0 ? "custom selectors" : "selectors",
    run: async (ask, random, id) => {
      const custom = index % 12 === 0 ? await customPath(ask, id) : undefined;
      for (let step = 0; step < STEPS; step++) await select({ ask, random, id }, custom ?? pick(PATHS, random));
    },
  }));
}

interface Selected {
  /** With the namespace left out. */
  readonly path: string;
  readonly isNamespaced: boolean;
  readonly fields: readonly string[];
  readonly isDeletable: boolean;
}

const PATHS: readonly Selected[] = kinds.filter(({ verbs }) => verbs.includes("list")).map(selectedOf);

function selectedOf(kind: KindDefinition): Selected {
  const { group, version, plural, verbs } = kind;
  return {
    path: `${group === "" ? `/api/${version}` : `/apis/${groupVersion({ group, version })}`}/$NS${plural}`,
    isNamespaced: kind.scope === "Namespaced",
    fields: Object.keys(behaviorOf(kind).selectableFields ?? {}),
    isDeletable: verbs.includes("deletecollection"),
  };
}

async function customPath(ask: Ask, id: string): Promise<Selected> {
  const { base, plural } = await defineWidgets(ask, id);
  const fields = ["spec.replicas", "spec.maybe", "spec.on", "spec.rate"];
  return { path: `${base}/$NS${plural}`, isNamespaced: true, fields, isDeletable: true };
}

interface Place {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
}

async function select(
  { ask, random, id }: Place,
  { path, isNamespaced, fields, isDeletable }: Selected,
): Promise<void> {
  const namespace = isNamespaced ? `namespaces/none-${id}/` : "";
  const target = path.replace("$NS", namespace);
  const query = new URLSearchParams();
  // What there is of a kind without namespaces differs, and changes: nothing of it is to be met.
  const isEmpty = isNamespaced && random.float() < 0.8;
  if (random.float() < 0.75) {
    const parts = Array.from({ length: pick([1, 1, 1, 2, 3], random) }, () => part(random, fields));
    query.set("fieldSelector", [...parts, ...(isEmpty ? [] : [`metadata.name=none-${id}`])].join(","));
  } else if (!isEmpty) query.set("fieldSelector", `metadata.name=none-${id}`);
  if (random.float() < 0.35) query.set("labelSelector", pick(LABELS, random));
  if (random.float() < 0.1) query.set("limit", "1");
  if (random.float() < 0.15)
    Object.entries({ watch: "true", timeoutSeconds: "1" }).forEach(([name, one]) => query.set(name, one));
  const verb = isDeletable && random.float() < 0.2 && !query.has("watch") ? "DELETE" : "GET";
  await ask({ do: `${verb} ${target}?${query}` });
}

function part(random: Random, fields: readonly string[]): string {
  const field = fields.length > 0 && random.float() < 0.5 ? pick(fields, random) : pick(FIELDS, random);
  return `${field}${pick(OPERATORS, random)}${pick(VALUES, random)}`;
}
