import {
  type KindDefinition,
  type LabelSelector,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { matchedVersion, type MatchResources, type Matching, type NamespaceLabels } from "../policies/match.ts";
import { requestVersions, type VersionsOf } from "../versions.ts";

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

/** A webhook that a request is to be shown to. */
export interface Wanted {
  readonly webhook: Webhook;
  /** Which one of all it is. */
  readonly key: string;
  /** The version in which it knows the request's kind. */
  readonly version: KindDefinition;
}

interface WantedOptions {
  readonly configurations: KindDefinition;
  readonly labelsOf: () => Promise<NamespaceLabels>;
  readonly versionsOf: VersionsOf;
}

/** Webhooks that a request is to be shown to, their conditions left aside: configurations by name, webhooks in their order. */
export async function webhooksFor(
  request: AdmissionRequest,
  { configurations: kind, labelsOf, versionsOf }: WantedOptions,
): Promise<readonly Wanted[]> {
  // Webhooks that judged what configures them could never be taken back.
  if (request.kind.group === "admissionregistration.k8s.io") return [];
  const { reads } = request;
  await reads.filled(kind);
  const configurations = reads.cached(kind) as readonly Configuration[];
  if (configurations.length === 0) return [];
  const matching = { request, labels: await labelsOf(), versions: requestVersions(request, versionsOf) };
  return [...configurations]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ metadata: { name }, webhooks = [] }) =>
      webhooks.flatMap((webhook) => {
        const version = versionFor(webhook, matching);
        return version ? [{ webhook, key: `${name}/${webhook.name}`, version }] : [];
      }),
    );
}

function versionFor(
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
