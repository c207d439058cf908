import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled, type RecordedRequest, recordedRequests } from "./corpus.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { isObjectPath, makeNamespace } from "./update.ts";

const READS = 8;

const VIEW = (as: string, version = "v1", encoding = "json") =>
  `application/${encoding};as=${as};v=${version};g=meta.k8s.io`;
const ACCEPTS = [
  ...["application/json", "application/yaml", "*/*", "application/*", "text/html", "application/json;stream=watch"],
  ...[
    VIEW("Table"),
    VIEW("Table", "v1beta1"),
    VIEW("Nope"),
    `${VIEW("Nope")},application/json`,
    "application/json;v=v1",
  ],
  ...[VIEW("PartialObjectMetadata"), VIEW("PartialObjectMetadataList"), VIEW("PartialObjectMetadataList", "v1beta1")],
];
/** Values of each option, good and bad. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  limit: ["1", "2", "0", "-1", "x", "", "99999999999999999999"],
  continue: ["x", "", "e30", "!!", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIifQ"],
  resourceVersion: ["0", "0", "", "x", "-1", "1.5", "99999999999999999999"],
  resourceVersionMatch: ["Exact", "NotOlderThan", "", "x"],
  sendInitialEvents: ["true", "false", "x", ""],
  timeoutSeconds: ["1", "0", "x"],
  pretty: ["true", "false", "x"],
  includeObject: ["None", "Object", "Metadata", "x"],
  labelSelector: [
    ...[
      "l=on",
      "l!=on",
      "l",
      "!l",
      "l in (on,off)",
      "l notin (on)",
      "l in ()",
      "l in",
      "l in (on",
      "l=",
      "=",
      ",",
      "l,",
    ],
    ...[
      "n>1",
      "n<5",
      "n>x",
      "n>=1",
      "a/b/c=1",
      "-a=1",
      "a=-1",
      "a=b c",
      "!",
      "in in (in)",
      "l in (,)",
      "l===on",
      "(l)",
    ],
  ],
  fieldSelector: [
    ...["metadata.name=NAME", "metadata.name!=NAME", "metadata.namespace=x", "metadata.name", "metadata.name>a", "=,x"],
    ...["status.phase=Running", "spec.nodeName=", "type=x", "metadata.uid=x", "metadata.name=\\x", "metadata.name=a=b"],
  ],
};
const LIKELIHOOD = 0.2;

/** A few objects that recorded POSTs make, got and listed with all sorts of options, selectors and views. */
export function reads({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const bases = recordedRequests().filter(
    ({ method, file, status, path, type, query }) =>
      method === "POST" && file.startsWith("kinds/") && status === 201 && !type && !query && isObjectPath(path),
  );
  // Lists of all of a cluster hold what others made.
  const namespaced = bases.filter(({ path }) => path.includes("$NS"));
  const random = seededRandom(`${seed}/reads`);
  return Array.from({ length: Math.ceil(count / READS) }, (_, index) => {
    const base = pick(namespaced, random);
    return {
      title: `read ${index} of ${base.file}: ${base.name}`,
      group: "read",
      run: (ask, own, id) => read({ ask, base, id, random: own }),
    };
  });
}

interface Reading {
  readonly ask: Ask;
  readonly base: RecordedRequest;
  readonly id: string;
  readonly random: Random;
}

async function read({ ask, base, id, random }: Reading): Promise<void> {
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  await makeNamespace(ask, namespace);
  const labels = { ...body.metadata.labels, l: pick(["on", "off"], random), n: "3" };
  const { name } = body.metadata;
  await ask({ do: `POST ${path}`, body: { ...body, metadata: { ...body.metadata, labels } } });
  for (let index = 0; index < READS; index++) {
    const query = new URLSearchParams();
    for (const [option, values] of Object.entries(OPTIONS))
      if (random.float() < LIKELIHOOD) query.set(option, pick(values, random).replace("NAME", name));
    const target = random.float() < 0.25 ? `${path}/${pick([name, "none"], random)}` : path;
    const accept = random.float() < 0.4 ? { accept: pick(ACCEPTS, random) } : {};
    await ask({ do: `GET ${target}?${query}`, ...accept });
  }
}
