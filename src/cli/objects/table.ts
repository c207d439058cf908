/** Lines of a table, as the server sends it. */
export interface ServerTable {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows?:
    | readonly {
        readonly cells: readonly unknown[];
        readonly object?: {
          readonly metadata?: {
            readonly name?: string;
            readonly namespace?: string;
            readonly labels?: Record<string, string>;
          };
        };
      }[]
    | null;
}

export interface TableOptions {
  readonly wide: boolean;
  readonly withNamespace: boolean;
  readonly showLabels: boolean;
  /** Goes before names: "pod/". */
  readonly namePrefix: string;
}

/** Header and cells of a table as text. */
export function cellsOf(table: ServerTable, options: TableOptions): { header: string[]; rows: string[][] } {
  const shown = table.columnDefinitions.map((column, index) => ({ ...column, index }));
  const columns = shown.filter(({ priority }) => options.wide || priority === 0);
  const header = [
    ...(options.withNamespace ? ["NAMESPACE"] : []),
    ...columns.map(({ name }) => name.toUpperCase()),
    ...(options.showLabels ? ["LABELS"] : []),
  ];
  const rows = (table.rows ?? []).map(({ cells, object }) => [
    ...(options.withNamespace ? [object?.metadata?.namespace ?? ""] : []),
    ...columns.map(({ index }) => (index === 0 ? options.namePrefix : "") + cellText(cells[index])),
    ...(options.showLabels ? [labelText(object?.metadata?.labels)] : []),
  ]);
  return { header, rows };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "<none>";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell).split("\n")[0]!;
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0 ? pairs.join(",") : "<none>";
}

/** Cells under each other, with three spaces between columns. Widths only grow, so that a watch's lines stay in line. */
export class Columns {
  readonly #widths: number[] = [];

  render(rows: readonly (readonly string[])[]): string {
    for (const row of rows)
      row.forEach((cell, index) => {
        this.#widths[index] = Math.max(this.#widths[index] ?? 0, cell.length);
      });
    return rows
      .map(
        (row) =>
          `${row
            .map((cell, index) => cell.padEnd(this.#widths[index]!))
            .join("   ")
            .trimEnd()}\n`,
      )
      .join("");
  }
}
