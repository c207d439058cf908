import { jsonEqual } from "../../../src/base/index.ts";
import type { Difference, KnownDifference } from "./compare.ts";

/** What stays different, and why. Whatever else differs is to be mended. */
export const KNOWN: readonly KnownDifference[] = [
  {
    why: "the original's handler panics and drops the connection",
    matches: ({ answer }) => answer.status === 0,
  },
  {
    why: "the original walks through a map in any order, too rarely in this one",
    matches: ({ answer, ours }) => jsonEqual(orderedCauses(answer), orderedCauses(ours)),
  },
  {
    why: "the original looks at the fields of schemas and of custom objects in any order, at each of them in its own",
    matches: ({ request, answer, ours }) =>
      /\/customresourcedefinitions\b|\.example\.com\//.test(request.do) &&
      jsonEqual(causesOf(answer), causesOf(ours)) &&
      jsonEqual(causesByPlace(answer), causesByPlace(ours)),
  },
  {
    why: "the original warns of what is in the fields of schemas and of custom objects in any order",
    matches: ({ request, path, upstream, navarch }) => {
      const [theirs, own] = [upstream, navarch].map((text) =>
        String(text)
          .split(/, (?=299 - )/)
          .sort(),
      );
      const isCustom = /\/customresourcedefinitions\b|\.example\.com\//.test(request.do);
      return isCustom && path === "/headers/warning" && jsonEqual(theirs, own);
    },
  },
  {
    why: "the original looks at the fields of a map in any order, and at none behind one that it doesn't know",
    matches: ({ path, answer, ours }) => {
      const [theirs, own] = [answer, ours].map(holderOfUndeclared);
      return path === "/body/message" && theirs !== undefined && theirs === own;
    },
  },
  {
    why: "the original looks at the fields of a map, and at managers, in any order",
    matches: ({ path, answer, ours }) => {
      const [theirs, own] = [answer, ours].map(messageOf);
      return path === "/body/message" && tellTheSame(theirs!, own!);
    },
  },
  {
    why: "the original tells of conflicts with one manager after the other, in any order",
    matches: ({ answer, ours }) => answer.status === 409 && jsonEqual(sortedCauses(answer), sortedCauses(ours)),
  },
  {
    why: "the original looks at amounts of resources in any order",
    matches: ({ path, answer, ours }) =>
      (path === "/body/message" || path.startsWith("/body/details/causes")) &&
      /\b(requests|limits|min|max|default|usage|ratio)\b/.test(messageOf(answer)) &&
      (answer.status === 403 ? jsonEqual(partsOf(answer), partsOf(ours)) : jsonEqual(causesOf(answer), causesOf(ours))),
  },
  {
    why: "the original asks the quotas of a namespace in any order",
    matches: ({ path, answer, ours }) =>
      path === "/body/message" &&
      [answer, ours].every((one) =>
        /^\S+ "\S+" is forbidden: (?:exceeded quota: |status unknown for quota: )/.test(messageOf(one)),
      ) &&
      quotaOf(answer) !== quotaOf(ours),
  },
  {
    why: "the original looks at the properties of a custom schema in any order",
    matches: ({ answer, ours }) => {
      const [theirs, own] = [answer, ours].map((one) => (sortedCauses(one) as unknown[]).toSpliced(1, 1));
      return answer.status === 422 && isCustom(answer) && jsonEqual(theirs, own);
    },
  },
  {
    why: "the etcd of these runs may not be able to tell of its progress, without which the original watches nothing",
    matches: ({ answer }) =>
      JSON.stringify(answer.body ?? "").includes("storage feature RequestWatchProgress is disabled"),
  },
  {
    why: "limits given empty make requests that are empty instead of none, which nothing but a difference shows",
    matches: ({ path, answer, ours }) => {
      const [theirs, own] = [answer, ours].map((one) =>
        messageOf(one).replaceAll('"Requests": {}', '"Requests": null'),
      );
      return path === "/body/message" && theirs === own;
    },
  },
  {
    why: "of a service that became a name the original keeps a policy that its reads leave out, but changes of its status and the beginning of its deletion don't",
    matches: ({ request, path, upstream, navarch }) =>
      request.do.includes("/services/") &&
      path === "/body/spec/internalTrafficPolicy" &&
      upstream === "Cluster" &&
      navarch === undefined,
  },
  {
    why: "the original lists the rules of a user in any order",
    matches: ({ request, path }) =>
      request.do.includes("/selfsubjectrulesreviews") && /^\/body\/status\/(nonR|r)esourceRules\b/.test(path),
  },
  {
    why: "a user of the group of nodes who goes by no node's name is no node here, and nothing keeps him from any write",
    matches: ({ answer }) => messageOf(answer).includes('could not determine node from user "system:node:"'),
  },
  {
    why: "columns are described in words of our own, or not at all",
    matches: ({ path }) => /^\/body\/(\d+\/)?(object\/)?columnDefinitions\/\d+\/description$/.test(path),
  },
  {
    why: "nobody here would take the finalizer of pod groups off again",
    matches: ({ path, upstream }) =>
      path === "/body/metadata/finalizers" && jsonEqual(upstream, ["scheduling.k8s.io/podgroup-protection"]),
  },
  {
    why: "nobody is noted as the manager of a null, which the constraints of a workload's groups always have",
    matches: ({ path }) => path.endsWith("/f:schedulingConstraints"),
  },
  {
    why: "the original's controllers may not have seen a definition yet when it is deleted",
    matches: ({ request, path }) =>
      request.do.startsWith("DELETE ") &&
      request.do.includes("/customresourcedefinitions/") &&
      /^\/body\/metadata\/(generation|deletionGracePeriodSeconds)$/.test(path),
  },
  {
    why: "each says of itself what it was built of, when, and for which machine",
    matches: ({ request, path }) =>
      /^\S+ \/{1,2}(\S*\/)?version\b/.test(request.do) &&
      /^\/body\/(\d+$|(\d+\/)?(buildDate|compiler|gitCommit|goVersion)$)/.test(path),
  },
  {
    why: "each tells of its own build, of since when it runs, and of the flags that it has; the original puts any of four separators before them",
    matches: ({ request, path, answer, ours }) => {
      if (!/\/(flagz|statusz)\b/.test(request.do) || !path.startsWith("/body")) return false;
      if (/^\/body\/(\d+\/)?(flags\b|uptimeSeconds$|goVersion$)|^\/body\/\d+$/.test(path)) return true;
      const [theirs, own] = [answer, ours].map(({ body }) => headOfPage(body));
      return path === "/body" && theirs !== undefined && theirs === own;
    },
  },
  {
    why: "how many requests each has answered by then, and which it has just in hand, is its own",
    matches: ({ request, path, answer, ours }) => {
      const [theirs, own] = [answer, ours].map(({ body }) => columnsAndLevels(body));
      return request.do.includes("/debug/api_priority_and_fairness/") && path.startsWith("/body") && theirs === own;
    },
  },
  {
    why: "OpenAPI is told in words of our own; openapi.test.ts compares the rest",
    matches: ({ request, path }) =>
      /\/openapi\/v[23]\b/.test(request.do) && (path === "/headers/etag" || path.endsWith("/description")),
  },
  {
    why: "each signs tokens with a key of its own",
    matches: ({ request, path, answer, ours }) => {
      const [theirs, own] = [answer, ours].map(({ body }) =>
        JSON.stringify(body).replaceAll(/(kid|n)\\*":\\*"[\w-]+/g, "$1"),
      );
      return request.do.includes("/openid/v1/jwks") && path.startsWith("/body") && theirs === own;
    },
  },
  {
    why: "each has the profiles of its own kind of program",
    matches: ({ request, path }) => path === "/body" && /\/debug\/pprof\/?(\?|$)/.test(request.do),
  },
  {
    why: "how often each was asked how it is, and since when it runs, is its own; words on metrics are",
    matches: ({ request, path }) => path === "/body" && /\/metrics(\/slis)?\b/.test(request.do),
  },
  {
    why: "ours listens on a port that it learns of when it listens, which its Service has no time to hear of",
    matches: ({ path, upstream, navarch }) =>
      path.endsWith("/ports/0/targetPort") && typeof upstream === "number" && navarch === 443,
  },
  {
    why: "the original asks the ports that a scheduler and a controller manager of the same machine would listen on, one as soon as the other",
    matches: ({ request, path }) => request.do.includes("/componentstatuses") && path.startsWith("/body"),
  },
  {
    why: "each tells clients its own address, which in protobuf is part of bytes",
    matches: ({ request, path }) =>
      /^\S+ \/+(\S*\/)?api\/*(\?|$)/.test(request.do) && path.startsWith("/body/protobuf/"),
  },
  {
    why: "the original takes seconds to let go of a definition that is being deleted",
    matches: ({ request, path, answer, ours }) =>
      request.do.startsWith("DELETE ") &&
      request.do.includes("/customresourcedefinitions/") &&
      path === "/" &&
      answer.status === 200 &&
      ours.status === 404,
  },
];

/** What a page that is for people begins with, and the names of what follows; undefined when it is another answer. */
function headOfPage(body: unknown): string | undefined {
  // What is asked for as if it could be watched has no empty lines here.
  const lines = Array.isArray(body) ? ["", ...body.map(String)] : String(body).split("\n");
  if (lines[0]?.startsWith("apiVersion: config.k8s.io/"))
    return lines.filter((line) => !/^( {2}(?!name:)|uptimeSeconds:|goVersion:)/.test(line)).join("\n");
  if (lines[1]?.startsWith("apiserver statusz"))
    return lines.map((line) => line.replace(/^(Started|Up|Go version|.*?ersion|Paths)(:|: |=| ) .*/, "$1")).join("\n");
  return lines[1]?.startsWith("apiserver flagz") ? lines.slice(0, 3).join("\n") : undefined;
}

/** The head of a dump, and the levels that it has lines of. */
function columnsAndLevels(body: unknown): string {
  const [head = "", ...lines] = Array.isArray(body) ? body.map(String) : String(body).split("\n").filter(Boolean);
  const levels = new Set(lines.map((line) => line.split(",", 1)[0]!));
  return [head.replace(/ +/g, " "), ...[...levels].sort()].join("\n");
}

const isCustom = ({ body }: Difference["answer"]) =>
  (body as { details?: { group?: string } } | undefined)?.details?.group?.endsWith(".example.com") ?? false;

const messageOf = ({ body }: Difference["answer"]) => (body as { message?: string } | undefined)?.message ?? "";

/** What a refusal names one after the other. */
const partsOf = (answer: Difference["answer"]) =>
  messageOf(answer)
    .split(/ \[|, |\]$/)
    .sort();
const quotaOf = (answer: Difference["answer"]) => /quota: ([^,]+)/.exec(messageOf(answer))?.[1];

/** What an apply was refused for, up to the path of the map that has a field too many. */
function holderOfUndeclared(answer: Difference["answer"]): string | undefined {
  return /^(failed to create typed patch object .*)\.[^.]+: field not declared in schema$/.exec(messageOf(answer))?.[1];
}

/** Whether two texts of what an apply was refused for tell the same, up to what an undeclared field kept one from seeing. */
function tellTheSame(one: string, other: string): boolean {
  const [these, those] = [one, other].map(
    (text) => new Set(text.split(/: errors:\n|\n|(?<=\)): (?=\.)/).map((line) => line.trim())),
  );
  if (!one.startsWith("failed to create typed patch object")) return false;
  if (these!.symmetricDifference(those!).size === 0) return true;
  const isCut = [...these!, ...those!].some((line) => line.endsWith(": field not declared in schema"));
  return isCut && (these!.isSubsetOf(those!) || those!.isSubsetOf(these!));
}

/** What an answer says, with its causes in the order of their texts. */
function sortedCauses({ status, body }: Difference["answer"]): unknown {
  const { message, details } = (body ?? {}) as { message?: string; details?: { causes?: readonly Cause[] } };
  return [status, message, (details?.causes ?? []).map((cause) => JSON.stringify(cause)).sort()];
}

interface Cause {
  readonly field?: string;
}

/** The causes of a refusal, those of one map's entries in the order of their texts; the answer itself when it has none. */
function orderedCauses(answer: Difference["answer"]): unknown {
  const causes = (answer.body as { details?: { causes?: readonly Cause[] } } | undefined)?.details?.causes;
  if (!causes) return answer;
  const runs: { map: string; texts: string[] }[] = [];
  for (const cause of causes) {
    const map = mapOf(cause.field ?? "");
    if (runs.at(-1)?.map !== map) runs.push({ map, texts: [] });
    runs.at(-1)!.texts.push(JSON.stringify(cause));
  }
  return [answer.status, runs.map(({ map, texts }) => [map, texts.sort()])];
}

/** What is wrong, whatever the order, and how often. */
function causesOf(answer: Difference["answer"]): unknown {
  const causes = (answer.body as { details?: { causes?: readonly Cause[] } } | undefined)?.details?.causes;
  return causes ? [answer.status, causes.map((cause) => JSON.stringify(cause)).sort()] : answer;
}

/** What is wrong at each place, whichever elements of lists it is in, in its order; at the root there may be anything. */
function causesByPlace({ body }: Difference["answer"]): unknown {
  const { details } = (body ?? {}) as { details?: { causes?: readonly Cause[] } };
  const placeOf = ({ field = "" }: Cause) => field.replace(/\[\d+\]/g, "[]");
  const places = Map.groupBy(details?.causes ?? [], placeOf);
  return [...places]
    .filter(([place]) => place !== "<nil>" && place !== "")
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A field's path up to its first key that is no index. */
function mapOf(field: string): string {
  return /^(?:[^[]|\[\d+\])*/.exec(field)![0];
}
