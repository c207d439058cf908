/** The documents that describe both servers: all but the words. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { pathsThatDiffer } from "./compare.ts";
import type { Side } from "./exchange.ts";
import { startNavarch, startUpstream } from "./pair.ts";

type Json = Record<string, unknown>;

const SHOWN_MAX = 40;

suite("OpenAPI documents, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("both versions describe the same", { timeout: 600_000 }, async (t) => {
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const [theirs, ours] = [await documentsOf(upstream), await documentsOf(navarch)];
    const found = pathsThatDiffer(theirs, ours);
    t.diagnostic(`${Object.keys(theirs).length} documents, ${found.length} differences`);
    assert.deepEqual(found.slice(0, SHOWN_MAX), []);
  });
});

/** All documents by their names, without words. */
async function documentsOf({ ask }: Side): Promise<Json> {
  const index = await ask({ do: "GET /openapi/v3" });
  const names = Object.keys((JSON.parse(index.body) as { paths: Json }).paths);
  assert.ok(names.length > 40, `${names.length} documents`);
  const three = await Promise.all(
    names.map(async (name) => [name, wordless((await ask({ do: `GET /openapi/v3/${name}` })).body)] as const),
  );
  const { parameters = {}, ...two } = (await ask({ do: "GET /openapi/v2" })).body as Json;
  return { ...Object.fromEntries(three), v2: wordless(resolved(two, parameters as Json)) };
}

/** Version 2 may keep parameters that many operations have in one place, by names that depend on their words. */
function resolved(value: unknown, parameters: Json): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, parameters));
  if (!isMap(value)) return value;
  const name = /^#\/parameters\/(.*)$/.exec(String(value.$ref))?.[1];
  if (name !== undefined) return parameters[name];
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, parameters)]));
}

/** Maps of names that anybody chose, where "description" is one like any other. */
const NAMED = new Set(["properties", "definitions", "schemas", "paths"]);

/** A document without what it says in words. */
function wordless(value: unknown, isOfNames = false): unknown {
  if (Array.isArray(value)) return value.map((each) => wordless(each));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([key]) => isOfNames || key !== "description");
  const plain = Object.fromEntries(
    entries.map(([key, each]) => [key, wordless(each, !isOfNames && NAMED.has(key) && isMap(each))]),
  );
  // A reference with nothing beside it can stand alone: words are what most have beside them.
  const { allOf, ...rest } = plain as { allOf?: readonly unknown[] };
  return allOf?.length === 1 && Object.keys(rest).length === 0 ? allOf[0] : plain;
}

const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
