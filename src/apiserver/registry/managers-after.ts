import { type KindDefinition, StatusError } from "../../api/index.ts";
import {
  ApplyTypeError,
  checkObject,
  managedAfterUpdate,
  type ManagedUpdate,
  type ManagerEntry,
} from "../../schema/index.ts";
import { withViews } from "../stored/views.ts";

/** Who manages what after a write; nobody where that can't be told. */
export async function managersAfter(
  kind: KindDefinition,
  update: Omit<ManagedUpdate, "versions">,
  spoken?: KindDefinition,
): Promise<readonly ManagerEntry[]> {
  try {
    return await withViews(kind, (versions) => managedAfterUpdate({ ...update, versions }), spoken);
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

/** Whether an object is of the types that its kind declares: nothing else sees to that before it is validated. */
export function isOfItsType({ custom, struct }: KindDefinition, object: unknown): boolean {
  if (!custom) return true;
  try {
    checkObject(struct, object);
    return true;
  } catch (error) {
    if (error instanceof ApplyTypeError) return false;
    throw error;
  }
}
