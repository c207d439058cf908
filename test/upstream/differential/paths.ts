import { kinds } from "../../../src/api/index.ts";
import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import type { Ask, Request } from "./exchange.ts";
import { pick } from "./mutate.ts";

const REQUESTS = 12;

/** Which headers matter where the server tells of itself. */
const CACHING = ["cache-control", "vary", "etag", "expires", "content-encoding", "x-content-type-options"];

const AGGREGATED = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const CLAUSES = [
  ...["application/json", "application/yaml", PROTOBUF, "*/*", "application/*", "text/plain", "text/html", ""],
  ...[AGGREGATED("v2"), AGGREGATED("v2beta1"), AGGREGATED("v3"), AGGREGATED("v2").replace("json", "yaml")],
  ...[AGGREGATED("v2").replace("APIGroupDiscoveryList", "Nope"), `${AGGREGATED("v2")};profile=nopeer`],
  ...["application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList", `${PROTOBUF};as=APIGroupDiscoveryList`],
  ...[`${PROTOBUF};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`, "application/json;as=APIGroupDiscoveryList"],
  ...["application/json;g=apidiscovery.k8s.io;v=v2", "application/json;as=Table;v=v1;g=meta.k8s.io"],
  ...["application/json;pretty=1", "application/json;stream=watch", "Application/JSON", "garbage", ";;", "a/b/c"],
  ...["application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "application/json; charset=utf-8"],
];
const QUALITIES = [";q=0", ";q=0.1", ";q=0.9", ";q=1", "; q=0.5", ";q=x", ";q=1.5", ""];

const METHODS = ["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"];
const GROUPS = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== "");
const HOOKS = [
  ...["rbac/bootstrap-roles", "start-apiextensions-controllers", "crd-informer-synced", "bootstrap-controller"],
  ...["aggregator-reload-proxy-client-cert", "kube-apiserver-autoregistration", "apiservice-openapiv3-controller"],
];
const CHECKS = [
  ...["ping", "log", "etcd", "etcd-readiness", "informer-sync", "shutdown", "loopback-serving-certificate", "nope"],
  ...["autoregister-completion", ...HOOKS.map((name) => `poststarthook/${name}`)],
];
const CALLERS = ["admin", "admin", "admin", "anonymous", "alice", "token:nope"];
/** Headers that every kind of answer may have. */
const CORS = ["origin", "methods", "headers", "credentials"].map((name) => `access-control-allow-${name}`);
const OF_ALL = [...CACHING, ...CORS, "access-control-expose-headers", "content-length"];
const ORIGINS = [{}, {}, { origin: "https://example.com" }, { origin: "https://a.example.com" }];
const QUERIES = ["", "", "", "?pretty=true", "?pretty=false", "?timeout=5s", "?timeout=x", "?timeout=0", "?watch=1"];

/** Paths, methods, media types and headers of all sorts; nothing is written. */
export function paths({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS) }, (_, index) => ({
    title: `paths ${index}`,
    group: "paths",
    run: async (ask, random) => {
      for (let step = 0; step < REQUESTS; step++) await pick(FORMS, random)(ask, random);
    },
  }));
}

type Form = (ask: Ask, random: Random) => Promise<unknown>;

const FORMS: readonly Form[] = [root, root, page, health, byAnyone, ofResource, ofResource, ofResource, oddly, oddly];

const PAGES = ["Flagz", "Statusz"].flatMap((kind) =>
  ["v1beta1", "v1alpha1", "v2"].map((version) => `g=config.k8s.io;v=${version};as=${kind}`),
);
const PAGE_TYPES = ["application/json", "application/yaml", "text/plain", "text/*", "*/*", "application/*", PROTOBUF];

/** What the server says of itself to people, in all its forms. */
async function page(ask: Ask, random: Random): Promise<void> {
  const clauses = Array.from({ length: random.float() < 0.7 ? 1 : 2 }, () => {
    const parameters = random.float() < 0.7 ? `;${pick(PAGES, random)}` : "";
    return pick(PAGE_TYPES, random) + parameters + (random.float() < 0.2 ? pick(QUALITIES, random) : "");
  });
  const method = pick(METHODS, random);
  const path = pick(["/flagz", "/statusz", "/flagz/", "/statusz/x"], random);
  await ask({ do: `${method} ${path}${pick(QUERIES, random)}`, accept: clauses.join(","), sees: CACHING });
}

/** The same paths for those who may see less, or nothing. */
async function byAnyone(ask: Ask, random: Random): Promise<void> {
  const path = pick(
    [
      ...["/", "/version", "/healthz", "/livez/ping", "/readyz?verbose", "/metrics", "/metrics/slis", "/flagz"],
      ...[
        "/api",
        "/apis",
        "/apis/apps",
        "/apis/apps/v1",
        "/api/v1",
        "/openapi/v2",
        "/openapi/v3",
        "/nope",
        "/apis/nope",
      ],
      ...["/.well-known/openid-configuration", "/openid/v1/jwks", "/debug/pprof/", "/api/v1/nodes", "/api/v1/nope"],
      ...["/api/v1/namespaces/default/pods", "/apis/apps/v1/deployments", "/logs"],
    ],
    random,
  );
  const method = pick(METHODS, random);
  const as = pick(CALLERS, random);
  // The metrics of two servers have little in common, and large documents are compared by themselves.
  const isLong = as === "admin" && /^\/(metrics|openapi)/.test(path);
  await ask({
    do: `${isLong ? "HEAD" : method} ${path}`,
    as,
    ...accepting(random),
    headers: pick(ORIGINS, random) as Record<string, string>,
    sees: OF_ALL.filter((name) => name !== "content-length" && !(isLong && name === "etag")),
  });
}

/** What the server says of itself. */
async function root(ask: Ask, random: Random): Promise<void> {
  const group = pick(GROUPS, random);
  const { version } = pick(
    kinds.filter((kind) => kind.group === group),
    random,
  );
  const path = pick(
    [
      ...["/", "/api", "/api/", "/apis", "/apis/", "/api/v1", "/api/v1/", "/version", "/version/"],
      ...[`/apis/${group}`, `/apis/${group}/`, `/apis/${group}/${version}`, `/apis/${group}/${version}/`],
      ...[`/apis/${group}/v9`, "/apis/nope", "/apis/nope/v1", "/api/v2", "/openapi/v3", "/openapi", "/openapi/"],
      ...[
        "/.well-known/openid-configuration",
        "/openid/v1/jwks",
        "/logs",
        "/ui",
        "/swagger.json",
        "/flagz",
        "/statusz",
        "/metrics/nope",
        "/index.html",
        "/openapi/v2/",
        "/openapi/v3/nope",
      ],
      ...["/debug/pprof", "/debug/pprof/cmdline", "/debug/api_priority_and_fairness/dump_priority_levels"],
      ...["/debug/api_priority_and_fairness/nope", "/debug", "/healthz/", "/logs/", "/favicon.ico"],
    ],
    random,
  );
  const request: Request = { do: `GET ${path}${pick(QUERIES, random)}`, sees: CACHING, ...accepting(random) };
  const method = random.float() < 0.6 ? "GET" : pick(METHODS, random);
  const first = await ask({ ...request, do: request.do.replace("GET", method), headers: encoding(random) });
  const { etag } = first.headers;
  if (etag)
    await ask({
      ...request,
      headers: { "if-none-match": pick([etag, '"x"', `W/${etag}`, "*", `"x", ${etag}`], random) },
    });
}

function encoding(random: Random): Record<string, string> {
  return random.float() < 0.7
    ? {}
    : { "accept-encoding": pick(["gzip", "gzip;q=0", "identity", "deflate, gzip", "*", "br"], random) };
}

function accepting(random: Random): { accept?: string } {
  const draw = random.float();
  if (draw < 0.3) return {};
  const clauses = Array.from({ length: draw < 0.6 ? 1 : draw < 0.85 ? 2 : 3 }, () => pick(CLAUSES, random));
  return {
    accept: clauses
      .map((clause) => clause + (random.float() < 0.3 ? pick(QUALITIES, random) : ""))
      .join(pick([",", ", "], random)),
  };
}

async function health(ask: Ask, random: Random): Promise<void> {
  const endpoint = pick(["healthz", "livez", "readyz"], random);
  const check = random.float() < 0.5 ? "" : `/${pick(CHECKS, random)}`;
  const query = pick(
    ["", "", "verbose", "verbose=0", "exclude=etcd", "verbose&exclude=etcd&exclude=nope", "exclude="],
    random,
  );
  const method = random.float() < 0.75 ? "GET" : pick(METHODS, random);
  const tail = random.float() < 0.1 ? "/" : "";
  await ask({ do: `${method} /${endpoint}${check}${tail}?${query}`, sees: CACHING, ...accepting(random) });
}

const SUBRESOURCES = [
  "status",
  "scale",
  "nope",
  "log",
  "exec",
  "proxy",
  "finalize",
  "approval",
  "token",
  "eviction",
  "binding",
];

/** A method on the path of a resource, of one object, or of what is below it. */
async function ofResource(ask: Ask, random: Random): Promise<void> {
  const kind = pick(kinds, random);
  const base = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const namespace = random.float() < (kind.scope === "Namespaced" ? 0.85 : 0.15) ? "/namespaces/nope" : "";
  const own = kind.subresources.map(({ name }) => name);
  const name = random.float() < 0.5 ? "" : `/${pick(["nope", "NOPE", "a.b", "a%2Fb", "%20", "-"], random)}`;
  const subresource = name && random.float() < 0.6 ? `/${pick([...own, ...own, ...SUBRESOURCES], random)}` : "";
  const tail = random.float() < 0.1 ? pick(["/", "/x", "/x/y", "//"], random) : "";
  const watch = random.float() < 0.08 ? "/watch" : "";
  const target = `${base}${watch}${namespace}/${kind.plural}${name}${subresource}${tail}`;
  const method = pick(METHODS, random);
  // Nobody waits for a watch, or for the other end of a proxy.
  const query = method === "GET" || method === "HEAD" ? "?timeoutSeconds=1" : "?dryRun=All";
  const body =
    ["POST", "PUT", "PATCH"].includes(method) && random.float() < 0.3
      ? { body: pick(["{}", "[]", "x", ""], random) }
      : {};
  await ask({ do: `${method} ${target}${query}`, ...body, ...accepting(random), sees: ["allow"] });
}

const ODD = [
  "//",
  "/./",
  "/../",
  "/%2e%2e/",
  "/%2F/",
  "/%00",
  "/%zz",
  "/%20",
  "/;",
  "/a b".replace(" ", "+"),
  "/%C3%A9",
  "/~",
  "/*",
];

/** Paths with something odd in them. */
async function oddly(ask: Ask, random: Random): Promise<void> {
  const whole = pick(
    [
      ...[
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/default",
        "/apis/apps/v1/deployments",
        "/api/v1/nodes",
      ],
      ...[
        "/apis/apps/v1",
        "/api/v1",
        "/version",
        "/healthz",
        "/apis",
        "/openapi/v3/api/v1/x",
        "/metrics/x",
        "/apis/apps",
      ],
      ...["/api/v1/namespaces/default/configmaps/kube-root-ca.crt", "/api/v1/namespaces/default/services/kubernetes"],
    ],
    random,
  );
  const parts = whole.split("/").slice(1);
  const at = Math.floor(random.float() * (parts.length + 1));
  const odd = pick(ODD, random);
  const target = `/${parts.slice(0, at).join("/")}${odd}${parts.slice(at).join("/")}`;
  const method = random.float() < 0.7 ? "GET" : pick(["HEAD", "POST", "OPTIONS", "DELETE"], random);
  const query = method === "GET" ? "" : "?dryRun=All";
  await ask({ do: `${method} ${target}${query}`, sees: ["allow"] });
}
