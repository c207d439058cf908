import {
  type KindDefinition,
  type LabelSelector,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { matchedVersion, type MatchResources, type Matching } from "../policies/match.ts";

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

/** A webhook, and which one of all it is. */
export interface Configured {
  readonly webhook: Webhook;
  readonly configuration: string;
  readonly key: string;
}

/** All webhooks in the order in which they are asked: configurations by name, webhooks as they stand there. */
export async function configuredWebhooks(
  { kind, reads }: Pick<AdmissionRequest, "kind" | "reads">,
  configurationKind: KindDefinition,
): Promise<readonly Configured[]> {
  // Webhooks that judged what configures them could never be taken back.
  if (kind.group === "admissionregistration.k8s.io") return [];
  await reads.filled(configurationKind);
  const configurations = reads.cached(configurationKind) as readonly Configuration[];
  return configurations.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap(webhooksIn);
}

function webhooksIn({ metadata: { name: configuration }, webhooks = [] }: Configuration): Configured[] {
  const count = new Map<string, number>();
  return webhooks.map((webhook) => {
    const index = count.get(webhook.name) ?? 0;
    count.set(webhook.name, index + 1);
    return { webhook, configuration, key: `${configuration}/${webhook.name}/${index}` };
  });
}

/** The version in which a webhook is to be shown a request, its conditions left aside; undefined when it isn't. */
export function versionFor(
  { rules = [], namespaceSelector, objectSelector, matchPolicy }: Webhook,
  matching: Matching,
): KindDefinition | undefined {
  if (rules.length === 0) return undefined;
  const match = {
    resourceRules: rules,
    ...(namespaceSelector && { namespaceSelector }),
    ...(objectSelector && { objectSelector }),
    ...(matchPolicy !== undefined && { matchPolicy }),
  };
  return matchedVersion(match, matching);
}
