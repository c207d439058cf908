import { ageColumn, nameColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ServiceAccount } from "./serviceaccount.ts";

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [nameColumn, ageColumn];
