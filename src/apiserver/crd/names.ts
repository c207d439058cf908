import { conditionOf, transitionTime, type CustomResourceDefinition } from "../../api/index.ts";

type Status = CustomResourceDefinition["status"];
type Names = Status["acceptedNames"];
type Condition = NonNullable<Status["conditions"]>[number];

const NO_CONFLICT: Omit<Condition, "lastTransitionTime"> = {
  type: "NamesAccepted",
  status: "True",
  reason: "NoConflicts",
  message: "no conflicts found",
};

/** Names that a definition may have, given those of the others in its group; what is taken stays as it was. */
function acceptNames(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { readonly names: Names; readonly condition: Omit<Condition, "lastTransitionTime"> } {
  const { group, names: wanted } = definition.spec;
  const had = definition.status.acceptedNames;
  const rivals = others
    .filter((one) => one.spec.group === group && one.metadata.name !== definition.metadata.name)
    .map(({ status }) => status.acceptedNames);
  const resources = new Set(
    rivals.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(rivals.flatMap(({ kind, listKind }) => [kind, listKind]));
  let condition = NO_CONFLICT;
  const names: Record<string, unknown> = { ...had };
  const settle = (name: keyof Names, reason: string, used: ReadonlySet<string | undefined>) => {
    const values = [wanted[name] ?? []].flat() as string[];
    const before = [had[name] ?? []].flat() as string[];
    const taken = values.filter((value) => value !== "" && !before.includes(value) && used.has(value));
    if (taken.length === 0) {
      if (wanted[name] === undefined) delete names[name];
      else names[name] = wanted[name];
      return;
    }
    const message = taken.map((value) => `${JSON.stringify(value)} is already in use`).join(", ");
    condition = { type: "NamesAccepted", status: "False", reason, message };
  };
  settle("plural", "PluralConflict", resources);
  settle("singular", "SingularConflict", resources);
  settle("shortNames", "ShortNamesConflict", resources);
  settle("kind", "KindConflict", kinds);
  settle("listKind", "ListKindConflict", kinds);
  if (condition === NO_CONFLICT && wanted.categories) names.categories = wanted.categories;
  return { names: names as unknown as Names, condition };
}

/** The status that a definition should have: its names, and whether it is served. */
export function statusOf(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): Status {
  const { names, condition } = acceptNames(definition, others);
  let conditions = withCondition(definition.status.conditions ?? [], condition, now);
  if (!isTrue(definition, "Established")) {
    const accepted = condition.status === "True";
    const established = {
      type: "Established",
      status: accepted ? "True" : "False",
      reason: accepted ? "InitialNamesAccepted" : "NotAccepted",
      message: accepted ? "the initial names have been accepted" : "not all names are accepted",
    };
    conditions = withCondition(conditions, established, now);
  }
  return { ...definition.status, acceptedNames: names, conditions };
}

/** Conditions with one in place of the one of its type; its time changes only when its status does. */
export function withCondition(
  conditions: readonly Condition[],
  condition: Omit<Condition, "lastTransitionTime">,
  now: string,
): Condition[] {
  const before = conditionOf(conditions, condition.type);
  const lastTransitionTime = transitionTime(before, condition.status, now);
  const { type, status, reason, message } = condition;
  const one = { type, status, lastTransitionTime, reason, message } as Condition;
  return before ? conditions.map((other) => (other === before ? one : other)) : [...conditions, one];
}

/** Whether a condition of a definition holds. */
export function isTrue({ status }: CustomResourceDefinition, type: string): boolean {
  return (status.conditions ?? []).some((one) => one.type === type && one.status === "True");
}
