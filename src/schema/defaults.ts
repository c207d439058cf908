import { defaultCustom } from "./custom.ts";
import type { Node, StructNode } from "./dsl.ts";

type Value = Record<string, unknown>;

/** Fills in declared defaults, in place, at every depth. */
export function applyDefaults(struct: StructNode, value: Value): void {
  if (struct.options.custom) {
    defaultCustom(struct, value);
    return;
  }
  for (const [name, field] of struct.fields) {
    if (field.options.inline) {
      applyDefaults(field.node as StructNode, value);
      continue;
    }
    const { default: fallback } = field.options;
    if (fallback !== undefined && (value[name] === undefined || value[name] === ""))
      value[name] = structuredClone(fallback);
    if (value[name] !== undefined && value[name] !== null) descend(field.node, value[name]);
  }
}

function descend(node: Node, value: unknown): void {
  switch (node.kind) {
    case "struct":
      return applyDefaults(node, value as Value);
    case "list":
      if (node.element.kind !== "scalar") for (const element of value as unknown[]) descend(node.element, element);
      return;
    case "map":
      if (node.value.kind !== "scalar")
        for (const element of Object.values(value as Value)) descend(node.value, element);
      return;
    case "scalar":
      return;
  }
}
