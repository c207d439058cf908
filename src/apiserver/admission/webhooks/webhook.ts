import {
  type KindDefinition,
  type LabelSelector,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { type MatchResources, matches, type NamespaceLabels } from "../policies/match.ts";

/** A webhook as a configuration has it, with its defaults. */
export interface Webhook {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
    /** PEM in base64. */
    readonly caBundle?: string;
  };
  readonly rules?: MatchResources["resourceRules"];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly sideEffects?: string;
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions?: readonly string[];
  readonly reinvocationPolicy?: string;
}

interface Configuration {
  readonly metadata: { readonly name: string };
  readonly webhooks?: readonly Webhook[];
}

export const MUTATING = MutatingWebhookConfiguration as unknown as KindDefinition;
export const VALIDATING = ValidatingWebhookConfiguration as unknown as KindDefinition;

/** Webhooks that a request is to be shown to, their conditions left aside: configurations by name, webhooks in their order. */
export async function webhooksFor(
  request: AdmissionRequest,
  kind: KindDefinition,
  labelsOf: () => Promise<NamespaceLabels>,
): Promise<readonly Webhook[]> {
  // Webhooks that judged what configures them could never be taken back.
  if (request.kind.group === "admissionregistration.k8s.io") return [];
  const { reads } = request;
  await reads.filled(kind);
  const configurations = reads.cached(kind) as readonly Configuration[];
  if (configurations.length === 0) return [];
  const labels = await labelsOf();
  return [...configurations]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ webhooks = [] }) => webhooks.filter((webhook) => isConcerned(webhook, request, labels)));
}

function isConcerned(
  { rules = [], namespaceSelector, objectSelector, matchPolicy }: Webhook,
  request: AdmissionRequest,
  labels: NamespaceLabels,
): boolean {
  if (rules.length === 0) return false;
  const match = {
    resourceRules: rules,
    ...(namespaceSelector && { namespaceSelector }),
    ...(objectSelector && { objectSelector }),
    ...(matchPolicy !== undefined && { matchPolicy }),
  };
  return matches(match, request, labels);
}
