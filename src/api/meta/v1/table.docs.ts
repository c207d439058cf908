import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { Table, TableColumnDefinition, TableRow, TableRowCondition } from "./table.ts";

export const tableDocs: readonly StructDoc[] = [
  doc(Table, "Objects as rows of text, as kubectl get shows them.", {
    ...TYPE_META,
    metadata: "The version of the list, and how to go on when it is only a part.",
    columnDefinitions: "What stands in each column.",
    rows: "One row for each object.",
  }),
  doc(TableColumnDefinition, "What stands in a column.", {
    name: "Heading of the column.",
    type: "Type of the cells: string, integer, number, boolean or date.",
    format: "More about the type; name marks the column with names.",
    description: "What the column says.",
    priority: "Columns with 0 always show; those with more only with -o wide.",
  }),
  doc(TableRow, "One object.", {
    cells: "One value for each column.",
    conditions: "What holds of the row, such as Completed.",
    object: "The object, or a part of it, as the request asked.",
  }),
  doc(TableRowCondition, "Something that holds of a row.", {
    type: "What it is; Completed says that the object has ended.",
    status: "True, False or Unknown.",
    reason: "Why, in one word.",
    message: "Why, for people.",
  }),
];
