import { queryOf } from "../../client/index.ts";
import { ask, openSession } from "./connection.ts";
import { type Asked, type GetArguments, namesOf, render, TABLE_TYPE, tableOptions } from "./output.ts";
import { type AnyObject, discover, parseTargets, pathOf, type Resource, type Target } from "./resources.ts";
import { cellsOf, Columns, type ServerTable } from "./table.ts";
import { watchTarget } from "./watch.ts";

const OUTPUTS = ["wide", "json", "yaml", "name"];
/** `navarch get`: objects as the server's tables, or as they are. */
export async function getCommand(words: readonly string[], options: GetArguments): Promise<number> {
  if (options.output !== undefined && !OUTPUTS.includes(options.output))
    throw new Error(`read --output: got ${JSON.stringify(options.output)}, wanted ${OUTPUTS.join(", ")}`);
  await using session = openSession(options);
  const targets = parseTargets(await discover(session.client), words);
  const asked = { session, targets, options };
  if (options.watch) return await watchTarget(asked);
  const isTable = options.output === undefined || options.output === "wide";
  return await (isTable ? printTables(asked) : printObjects(asked));
}

/** Paths and queries that together give a target; names are asked for one by one. */
function requestsOf({ resource, names }: Target, { session, options }: Asked): { path: string; query: string }[] {
  const namespace = options.allNamespaces ? undefined : session.namespace;
  const exact = options.revision && { resourceVersion: options.revision, resourceVersionMatch: "Exact" };
  const query = queryOf({ labelSelector: options.selector, fieldSelector: options.fieldSelector, ...exact });
  if (names.length === 0) return [{ path: pathOf(resource, namespace), query }];
  // Only lists can be had of the past: of one object it is the list of what has its name.
  if (exact)
    return names.map((name) => ({
      path: pathOf(resource, namespace),
      query: queryOf({ fieldSelector: `metadata.name=${name}`, ...exact }),
    }));
  if (query !== "") throw new Error("select objects: names and selectors don't go together");
  if (options.allNamespaces && resource.scope === "Namespaced")
    throw new Error("a resource cannot be retrieved by name across all namespaces");
  return names.map((name) => ({ path: pathOf(resource, namespace, name), query: "" }));
}

async function printTables(asked: Asked): Promise<number> {
  const { session, targets, options } = asked;
  let isFirst = true;
  let code = 0;
  for (const target of targets) {
    const tables: ServerTable[] = [];
    for (const { path, query } of requestsOf(target, asked)) {
      const found = await unlessMissing(asked, () => ask<ServerTable>(session, path, query, TABLE_TYPE));
      if (found === "missing") code = 1;
      else if (found) tables.push(found);
    }
    if (!tables.some(({ rows }) => rows?.length)) continue;
    const shown = tableOptions(target.resource, asked);
    const { header } = cellsOf(tables[0]!, shown);
    const rows = tables.flatMap((table) => cellsOf(table, shown).rows);
    process.stdout.write(
      (isFirst ? "" : "\n") + new Columns().render(options.headers === false ? rows : [header, ...rows]),
    );
    isFirst = false;
  }
  if (isFirst && code === 0 && !options.ignoreNotFound) process.stderr.write(nothing(asked));
  return code;
}

function nothing({ session, targets, options }: Asked): string {
  const isNamespaced = targets.some(({ resource }) => resource.scope === "Namespaced");
  return isNamespaced && !options.allNamespaces
    ? `No resources found in ${session.namespace} namespace.\n`
    : "No resources found\n";
}

async function printObjects(asked: Asked): Promise<number> {
  const { session, targets, options } = asked;
  const objects: AnyObject[] = [];
  let code = 0;
  for (const target of targets) {
    for (const { path, query } of requestsOf(target, asked)) {
      const found = await unlessMissing(asked, () => ask<AnyObject | ObjectList>(session, path, query));
      if (found === "missing") code = 1;
      else if (found) objects.push(...itemsOf(found, target.resource).map((object) => forPeople(object, options)));
    }
  }
  const isOne = targets.length === 1 && targets[0]!.names.length === 1;
  if (isOne && objects.length === 0) {
    if (options.revision === undefined || options.ignoreNotFound) return code;
    process.stderr.write(nothing(asked));
    return 1;
  }
  const value = isOne
    ? objects[0]
    : { apiVersion: "v1", items: objects, kind: "List", metadata: { resourceVersion: "" } };
  process.stdout.write(options.output === "name" ? namesOf(objects) : render(value, options.output!));
  return code;
}

interface ObjectList {
  readonly items: readonly AnyObject[] | null;
}

/** Items of a list come without their type; every object says first what it is. */
function itemsOf(found: AnyObject | ObjectList, { group, version, kind }: Resource): AnyObject[] {
  const own = group === "" ? version : `${group}/${version}`;
  const items = "items" in found ? ((found as ObjectList).items ?? []) : [found as AnyObject];
  return items.map(({ apiVersion = own, kind: type = kind, ...rest }) => ({ apiVersion, kind: type, ...rest }));
}

/** Without what only the server's bookkeeping needs, unless it is asked for. */
function forPeople(object: AnyObject, { showManagedFields }: GetArguments): AnyObject {
  if (showManagedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What isn't there is said, and the rest goes on. */
async function unlessMissing<T>({ options }: Asked, get: () => Promise<T>): Promise<T | "missing" | undefined> {
  try {
    return await get();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 404) throw error;
    if (options.ignoreNotFound) return undefined;
    process.stderr.write(`Error from server (NotFound): ${(error as Error).message}\n`);
    return "missing";
  }
}
