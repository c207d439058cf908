import { conditionOf, transitionTime, type Namespace } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";

/** What an attempt to empty a namespace found. */
export interface Findings {
  /** Why discovery failed. */
  readonly discoveryError?: string;
  /** Why contents could not be deleted. */
  readonly deletionErrors: readonly string[];
  /** Objects left per resource, as resource.group. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Objects left per finalizer that they carry. */
  readonly finalizers: ReadonlyMap<string, number>;
}

type Conditions = NonNullable<Namespace["status"]["conditions"]>;

interface Verdict {
  readonly type: string;
  readonly bad?: { readonly reason: string; readonly message: string };
  readonly good: { readonly reason: string; readonly message: string };
}

/** The namespace's conditions after an attempt. */
export function conditionsAfter(namespace: Namespace, findings: Findings, nowMs: number): Conditions {
  const known = namespace.status.conditions ?? [];
  const next = verdicts(findings).map(({ type, bad, good }) => {
    const status = bad ? "True" : "False";
    const { reason, message } = bad ?? good;
    const before = conditionOf(known, type);
    if (before?.status === status && before.reason === reason && before.message === message) return before;
    const lastTransitionTime = transitionTime(before, status, formatTime(nowMs));
    return { type, status, lastTransitionTime, reason, message };
  });
  const types = new Set(next.map(({ type }) => type));
  return [...known.filter(({ type }) => !types.has(type)), ...next] as Conditions;
}

function verdicts({ discoveryError, deletionErrors, remaining, finalizers }: Findings): Verdict[] {
  const failed = deletionErrors.length > 0;
  return [
    {
      type: "NamespaceDeletionDiscoveryFailure",
      ...(discoveryError !== undefined && { bad: { reason: "DiscoveryFailed", message: discoveryError } }),
      good: { reason: "ResourcesDiscovered", message: "All resources successfully discovered" },
    },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      good: { reason: "ParsedGroupVersions", message: "All legacy kube types successfully parsed" },
    },
    {
      type: "NamespaceDeletionContentFailure",
      ...(failed && {
        bad: {
          reason: "ContentDeletionFailed",
          message: `Failed to delete all resource types, ${deletionErrors.length} remaining: ${deletionErrors.join(", ")}`,
        },
      }),
      good: { reason: "ContentDeleted", message: "All content successfully deleted, may be waiting on finalization" },
    },
    {
      type: "NamespaceContentRemaining",
      ...(remaining.size > 0 && {
        bad: { reason: "SomeResourcesRemain", message: `Some resources are remaining: ${counts(remaining, " has ")}` },
      }),
      good: { reason: "ContentRemoved", message: "All content successfully removed" },
    },
    {
      type: "NamespaceFinalizersRemaining",
      ...(finalizers.size > 0 && {
        bad: {
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${counts(finalizers, " in ")}`,
        },
      }),
      good: { reason: "ContentHasNoFinalizers", message: "All content-preserving finalizers finished" },
    },
  ];
}

function counts(map: ReadonlyMap<string, number>, verb: string): string {
  return [...map]
    .map(([name, count]) => `${name}${verb}${count} resource instances`)
    .sort()
    .join(", ");
}
