import { type KindDefinition, StatusError } from "../../api/index.ts";
import {
  isKeyed,
  isOfType,
  managedAfterUpdate,
  type ManagedUpdate,
  type ManagerEntry,
  ViewError,
} from "../../schema/index.ts";
import { withViews } from "../stored/views.ts";

/** Who manages what after a write; nobody where that can't be told. */
export async function managersAfter(
  kind: KindDefinition,
  update: Omit<ManagedUpdate, "versions">,
  spoken?: KindDefinition,
): Promise<readonly ManagerEntry[]> {
  if (!kind.custom && !isKeyed(kind.struct, update.before)) return [];
  try {
    return await withViews(kind, (versions) => managedAfterUpdate({ ...update, versions }), spoken);
  } catch (error) {
    if (error instanceof StatusError || error instanceof ViewError) return [];
    throw error;
  }
}

/**
 * Whether an object can be taken apart: of a custom kind, whether it is of the types that it declares, which nothing else
 * sees to before it is validated.
 */
export function isOfItsType({ custom, struct }: KindDefinition, object: unknown): boolean {
  return custom ? isOfType(struct, object) : isKeyed(struct, object);
}
