import { delegate } from "./delegate.ts";
import { suite } from "node:test";
import type { ApiRequest, ApiResponse, Handler } from "../net/index.ts";
import type { Store } from "../store/index.ts";
import { runApi } from "./api-run.ts";
import { type Feed, feeding, swapped, withoutFlush, withoutReservations } from "./sabotage.ts";
import type { ApiSabotage } from "./api-world.ts";
import { canaries, SEEDS, seedSuite } from "./seeds.suite.ts";
import kept from "./testdata/api-seeds.json" with { type: "json" };

/** A sabotage must be found within so many seeds. */
const CANARY_SEEDS = 40;

// A seed here costs as much as ten of the store alone.
seedSuite("simulated API servers", { run: runApi, count: Math.ceil(SEEDS / 8), kept, file: "api-seeds.json" });

suite("the simulation finds", () => {
  const finds = canaries<ApiSabotage>(runApi, CANARY_SEEDS);

  finds(
    "a cache that misses a deletion",
    () => ({ store: (store) => feedingCaches(store, withoutDeletion) }),
    /wanted DELETED/,
  );
  finds(
    "a cache that takes two events in the wrong order",
    () => ({ store: (store) => feedingCaches(store, swapped) }),
    /: told /,
  );
  finds(
    "a cache that begins an event too late",
    () => ({ store: beginningLate }),
    /wanted|never told|in the end knows/,
  );
  finds(
    "a read that is older than the last write",
    () => ({ store: readingStale }),
    /a list at \d+, wanted \d+ or later/,
  );
  finds("a watch that goes on too early", () => ({ handle: asking(earlier) }), /: told /);
  finds("an event told twice", () => ({ handle: answering(repeated) }), /: told /);
  finds(
    "an object that leaves a selection in silence",
    () => ({ handle: answering(withoutDeleted) }),
    /wanted DELETED|in the end/,
  );
  finds(
    "writes acknowledged before they are on disk",
    () => ({ machine: { disk: withoutFlush } }),
    /the store at \d+ holds|history from/,
  );
  finds(
    "revisions that are used again after a crash",
    () => ({ machine: { disk: withoutReservations } }),
    /the store is at \d+, but \d+ has been seen/,
  );
  finds(
    "objects whose writes are relaxed and must not be",
    () => ({ machine: { relaxedPrefixes: ["/registry/"] } }),
    /the store at \d+ holds|history from/,
  );
  finds(
    "a bookmark that promises too much",
    () => ({ handle: answering(hasty) }),
    /a bookmark at \d+, but never told|began at \d+ without/,
  );
});

/** What the cache of ConfigMaps is told of the store's changes. */
const feedingCaches = (store: Store, feed: Feed) => feeding(store, feed, ({ start }) => start.includes("configmaps"));

const withoutDeletion: Feed = (sink) => {
  let deletions = 0;
  return {
    changes(changes, revision) {
      const isLost = changes.some(({ type }) => type === "delete") && ++deletions === 3;
      if (!isLost) sink.changes(changes, revision);
    },
  };
};

function beginningLate(store: Store): Store {
  return delegate(store, {
    watch: (options, sink) =>
      store.watch({ ...options, ...(options.from !== undefined && { from: options.from + 1 }) }, sink),
  });
}

/** Says that the newest revision is the one that it was at first: a cache is never behind it. */
function readingStale(store: Store): Store {
  let first: Promise<number> | undefined;
  return delegate(store, {
    async revision() {
      first ??= store.revision();
      return first;
    },
  });
}

const asking =
  (change: (request: ApiRequest) => ApiRequest) =>
  (handle: Handler): Handler =>
  (request) =>
    handle(change(request));

function earlier(request: ApiRequest): ApiRequest {
  const query = request.query.replace(/(?<=watch=1.*resourceVersion=)[1-9]\d*/, (version) =>
    String(Number(version) - 2),
  );
  return { ...request, query };
}

type Line = { type: string; object: { metadata: { resourceVersion: string } } };

/** What becomes of the events that JSON watches are told. */
function answering(change: (line: Line) => readonly Line[]): (handle: Handler) => Handler {
  return (handle) => async (request) => {
    const response = await handle(request);
    const isJson = response.headers["content-type"] === "application/json";
    const { body } = response;
    if (body.type !== "stream" || !isJson || !request.query.includes("watch=1")) return response;
    return { ...response, body: { type: "stream", chunks: changed(body, change) } };
  };
}

async function* changed(
  { chunks }: Extract<ApiResponse["body"], { type: "stream" }>,
  change: (line: Line) => readonly Line[],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const lines = Buffer.from(chunk).toString().split("\n").filter(Boolean);
    const told = lines.flatMap((line) => change(JSON.parse(line) as Line)).map((line) => `${JSON.stringify(line)}\n`);
    if (told.length > 0) yield Buffer.from(told.join(""));
  }
}

const repeated = (line: Line): readonly Line[] => (line.type === "MODIFIED" ? [line, line] : [line]);
const withoutDeleted = (line: Line): readonly Line[] => (line.type === "DELETED" ? [] : [line]);

function hasty(line: Line): readonly Line[] {
  if (line.type !== "BOOKMARK") return [line];
  const { metadata } = line.object;
  return [
    { ...line, object: { metadata: { ...metadata, resourceVersion: String(Number(metadata.resourceVersion) + 3) } } },
  ];
}
