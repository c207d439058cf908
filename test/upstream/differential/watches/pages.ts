import type { Random } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { WATCHED, watchedWidgets } from "./kinds.ts";
import { makeSome, ownLabel, type Place, someName, writeSome } from "./writes.ts";

const STEPS = 14;
/** About how many requests a script makes. */
const REQUESTS = 40;
const VIEW = (as: string, version = "v1", type = "application/json") => `${type};as=${as};v=${version};g=meta.k8s.io`;
const ACCEPTS = [
  ...["application/json", "application/yaml", VIEW("Table"), VIEW("PartialObjectMetadataList")],
  ...[VIEW("PartialObjectMetadataList", "v1beta1"), VIEW("PartialObjectMetadata")],
];
const LABELS = ["l=on", "l!=on", "l in (on,off)", "!l", "n", "n>1"];
const ODD_VERSIONS = ["-1", "abc", "00", "1.5", " 1", "18446744073709551616", "9223372036854775808"];
const MATCHES = ["NotOlderThan", "Exact", "Nope", ""];

/** Objects that are listed in pages, at versions of all sorts, while they change. */
export function pages({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS) }, (_, index) => ({
    title: `pages ${index}`,
    group: index % 5 === 0 ? "custom" : "pages",
    run: async (ask, random, id) => {
      const namespaces = [`n-${id}`, `m-${id}`] as const;
      for (const namespace of namespaces) await makeNamespace(ask, namespace);
      const kind = index % 5 === 0 ? await watchedWidgets(ask, id) : pick(WATCHED, random);
      const place = { ask, random, kind, id, namespaces, versions: [] };
      await makeSome(place);
      await writeSome(place, 3);
      const tokens: string[] = [];
      for (let step = 0; step < STEPS; step++) {
        await listed(place, tokens);
        if (random.float() < 0.6) await writeSome(place, 1 + random.int(2));
      }
    },
  }));
}

/** A list, or the page after one of those that were listed. */
async function listed(place: Place, tokens: string[]): Promise<void> {
  const { ask, random, versions } = place;
  const answer = await ask({
    do: `GET ${someTarget(place, tokens)}`,
    ...(random.float() < 0.25 && { accept: pick(ACCEPTS, random) }),
  });
  const { continue: token, resourceVersion } = answer.body?.metadata ?? {};
  if (token) tokens.push(token);
  if (answer.status === 200 && resourceVersion) versions.push(resourceVersion);
}

function someTarget(place: Place, tokens: readonly string[]): string {
  const { random, kind, namespaces, id } = place;
  const [own, other] = namespaces;
  const query = new URLSearchParams();
  const namespace = pick([own, own, own, own, other, ""], random);
  const isShared = !kind.isNamespaced || namespace === "";
  const labels = [...(isShared ? [ownLabel(id)] : []), ...(random.float() < 0.3 ? [pick(LABELS, random)] : [])];
  if (labels.length > 0) query.set("labelSelector", labels.join(","));
  if (random.float() < 0.25) query.set("fieldSelector", pick(kind.fields, random).replace("$NS", own));
  const isNext = tokens.length > 0 && random.float() < 0.5;
  if (isNext) query.set("continue", someToken(tokens, random));
  if (random.float() < 0.7) query.set("limit", pick(["1", "2", "2", "3", "0", "100", "-1"], random));
  if (random.float() < (isNext ? 0.15 : 0.6)) query.set("resourceVersion", someVersion(place));
  if (random.float() < (isNext ? 0.1 : 0.4)) query.set("resourceVersionMatch", pick(MATCHES, random));
  if (random.float() < 0.04) query.set("sendInitialEvents", pick(["true", "false"], random));
  if (random.float() < 0.04) query.set("timeoutSeconds", pick(["1", "x", "-1"], random));
  if (random.float() < 0.05) query.set("watch", pick(["0", "false", ""], random));
  // A list of the one of that name.
  if (random.float() < 0.15) query.set("fieldSelector", `metadata.name=${someName(place)}`);
  const path = kind.path(namespace, pick(kind.versions, random));
  return `${path}?${query}`;
}

function someVersion({ random, versions }: Place): string {
  const draw = random.float();
  if (draw < 0.2) return pick(["0", ""], random);
  if (draw < 0.3) return pick(ODD_VERSIONS, random);
  return draw < 0.6 ? (versions.at(-1) ?? "0") : pick(versions, random);
}

/** One of the tokens, as it was given or with something else in it. */
function someToken(tokens: readonly string[], random: Random): string {
  const token = pick(tokens, random);
  if (random.float() < 0.6) return token;
  const { v, rv, start } = JSON.parse(Buffer.from(token, "base64url").toString());
  const other = pick<unknown>(
    [
      ...[
        { v, rv: -1, start },
        { v, rv: 0, start },
        { v, rv: -7, start },
        { v, rv: 1.5, start },
        { v, rv: "1", start },
      ],
      ...[
        { v, rv: 1, start },
        { v, start },
        { v, rv },
        { v: "v1", rv, start },
        { rv, start },
        { v, rv, start: "" },
      ],
      ...[
        { v, rv, start: "../x" },
        { v, rv, start: "a/../b" },
        { v, rv, start: "zzz" },
        { v, rv, start: "/x" },
      ],
      ...[
        { v, rv: 999999999999, start },
        { v, rv: 1e20, start },
        { v, rv, start: 7 },
        { v, rv, start, more: 1 },
      ],
      ...[[], "text", null, { V: v, RV: rv, Start: start }, { v, rv, start: start.replace("\0", "") }],
    ],
    random,
  );
  const text = pick(["json", "json", "json", "json", "bad"], random) === "bad" ? "not json" : JSON.stringify(other);
  const encoded = Buffer.from(text).toString("base64url");
  return random.float() < 0.1 ? `${encoded.slice(0, 4)}!` : encoded;
}
