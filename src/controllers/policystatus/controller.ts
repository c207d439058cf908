import {
  kindFor,
  type PolicySource,
  typeOfPublished,
  typeOfStruct,
  typeWarnings,
  ValidatingAdmissionPolicy,
  unlessGone,
} from "../../api/index.ts";
import { type ControllerEnvironment, type DiscoveredKind, reconcileKeys } from "../common/environment.ts";
import { describeKind, kindsOf, paramKindOf } from "./plan.ts";

const FIELD_MANAGER = "validatingadmissionpolicy-status-controller";

type Kind = Pick<DiscoveredKind, "group" | "version" | "kind">;

/** Says in a policy's status what its expressions get wrong about the types of what they will see. */
export async function startPolicyStatusController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const policies = informers.for(ValidatingAdmissionPolicy);
  const queue = reconcileKeys(environment, {
    name: "policy-status",
    workers: 5,
    synced: [policies.synced],
    async reconcile(name, signal) {
      const policy = policies.get({ name });
      if (!policy || policy.status?.observedGeneration === policy.metadata.generation) return undefined;
      const kinds = await Promise.all(
        kindsOf(policy, (await environment.discover(signal)).kinds).map(async (kind) => ({
          kind: describeKind(kind),
          type: await typeOf(kind, signal),
        })),
      );
      const paramKind = paramKindOf(policy);
      const params = paramKind && (await typeOf(paramKind, signal));
      const warnings = typeWarnings(policy.spec as PolicySource, kinds.filter(isTyped), params);
      const status = {
        observedGeneration: policy.metadata.generation,
        typeChecking: warnings.length > 0 ? { expressionWarnings: warnings } : {},
      };
      const options = { fieldManager: FIELD_MANAGER, force: true, subresource: "status", signal };
      await policies.expect(
        await client.apply(ValidatingAdmissionPolicy, { metadata: { name }, status }, options),
        signal,
      );
      return undefined;
    },
  });
  policies.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete: () => {} });

  /** Of kinds that this server declares by itself, else as the server publishes it. */
  async function typeOf(kind: Kind, signal: AbortSignal) {
    const declared = kindFor(kind);
    if (declared) return typeOfStruct(declared.struct);
    const place = kind.group === "" ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
    const document = await unlessGone(client.getJson<object>(`/openapi/v3/${place}`, { signal }));
    return typeOfPublished(document ?? {}, kind);
  }
}

function isTyped<T>(one: { readonly kind: string; readonly type: T | undefined }): one is { kind: string; type: T } {
  return one.type !== undefined;
}
