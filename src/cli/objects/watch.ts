import { frames, queryOf } from "../../client/index.ts";
import { type Asked, namesOf, render, TABLE_TYPE, tableOptions } from "./output.ts";
import { type AnyObject, pathOf } from "./resources.ts";
import { cellsOf, Columns, type ServerTable } from "./table.ts";

/** What is there, then every change, until interrupted. */
export async function watchTarget(asked: Asked): Promise<number> {
  const { session, targets, options } = asked;
  const [target] = targets;
  if (targets.length > 1 || !target || target.names.length > 1)
    throw new Error("you may watch one resource, all of it or one object");
  const [name] = target.names;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const fieldSelector = name === undefined ? options.fieldSelector : `metadata.name=${name}`;
  const query = queryOf({ labelSelector: options.selector, fieldSelector, watch: "true" });
  const path = pathOf(target.resource, options.allNamespaces ? undefined : session.namespace);
  const isTable = options.output === undefined || options.output === "wide";
  const headers = { accept: isTable ? TABLE_TYPE : "application/json" };
  const print = isTable ? tablePrinter(asked) : (object: unknown) => objectText(object, options.output!);
  try {
    const response = await session.client.raw({ path, query, headers, signal: stop.signal });
    for await (const batch of frames(response, noProtobuf))
      for (const { type, object } of batch) {
        if (type === "ERROR") throw new Error((object as { message?: string }).message ?? "the watch has ended");
        if (type !== "BOOKMARK") process.stdout.write(print(object));
      }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return 0;
}

/** Lines of tables; a watch says its columns with the first row only. */
function tablePrinter(asked: Asked): (table: unknown) => string {
  const { options, targets } = asked;
  const columns = new Columns();
  const shown = tableOptions(targets[0]!.resource, asked);
  let columnDefinitions: ServerTable["columnDefinitions"] = [];
  let hasHeader = options.headers === false;
  return (object) => {
    const table = object as ServerTable;
    if (table.columnDefinitions?.length) columnDefinitions = table.columnDefinitions;
    const { header, rows } = cellsOf({ ...table, columnDefinitions }, shown);
    const text = columns.render(hasHeader ? rows : [header, ...rows]);
    hasHeader = true;
    return text;
  };
}

function objectText(object: unknown, output: string): string {
  if (output === "name") return namesOf([object as AnyObject]);
  return output === "yaml" ? `---\n${render(object, output)}` : render(object, output);
}

function noProtobuf(): never {
  throw new Error("decode watch: protobuf was not asked for");
}
