import { ConfigMap, isAlreadyExists, isConflict, type KindDefinition, type KubeObject } from "../../api/index.ts";
import { type Clock, jsonEqual, type Log, messageOf } from "../../base/index.ts";
import type { RequestHeaderOptions } from "../authn/request-header.ts";
import type { ServerCore } from "../core.ts";
import type { Json } from "../registry/generic.ts";
import { systemContext } from "./bootstrap.ts";

const KIND = ConfigMap as unknown as KindDefinition;
const NAMESPACE = "kube-system";
const NAME = "extension-apiserver-authentication";
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
const EVERY_MS = 60_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g;

/** How this server knows who calls; others are to believe the same. */
export interface AuthenticationInfo {
  /** PEM. */
  readonly clientCa?: string;
  readonly requestHeader?: RequestHeaderOptions;
}

type Data = Readonly<Record<string, string>>;

/** What the config map says: this server's own beside what other servers of the cluster have put there. */
export function authenticationData({ clientCa, requestHeader }: AuthenticationInfo, known: Data = {}): Data {
  const data: Record<string, string> = { ...known };
  if (clientCa) data["client-ca-file"] = certificates(known["client-ca-file"], clientCa);
  if (!requestHeader) return data;
  data["requestheader-client-ca-file"] = certificates(known["requestheader-client-ca-file"], requestHeader.ca);
  const lists = {
    "requestheader-allowed-names": requestHeader.allowedNames,
    "requestheader-extra-headers-prefix": requestHeader.extraHeaderPrefixes,
    "requestheader-group-headers": requestHeader.groupHeaders,
    "requestheader-username-headers": requestHeader.usernameHeaders,
  };
  for (const [key, values] of Object.entries(lists)) data[key] = merged(known[key], values);
  if (requestHeader.uidHeaders.length > 0)
    data["requestheader-uid-headers"] = merged(known["requestheader-uid-headers"], requestHeader.uidHeaders);
  return data;
}

/** Those known first; each once. */
function certificates(known: string | undefined, own: string): string {
  const all = [known ?? "", own].flatMap((pem) => pem.match(CERTIFICATE) ?? []).map((one) => `${one.trimEnd()}\n`);
  return [...new Set(all)].join("");
}

function merged(known: string | undefined, own: readonly string[]): string {
  return JSON.stringify([...new Set([...namesOf(known), ...own])]);
}

/** What isn't a list of names is replaced. */
function namesOf(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Publishes it where API servers behind this one read it. */
export async function publishAuthentication(core: ServerCore, info: AuthenticationInfo): Promise<void> {
  if (!info.clientCa && !info.requestHeader) return;
  const registry = core.registry(KIND);
  const known = (await registry.find(NAMESPACE, NAME))?.object as ConfigMap | undefined;
  const data = authenticationData(info, known?.data);
  if (known && jsonEqual(known.data ?? {}, data)) return;
  const context = systemContext(KIND, NAMESPACE, NAME);
  const done = known
    ? registry.update(context, {
        change: (current: KubeObject | undefined): Json => ({
          ...(structuredClone(current) as unknown as Json),
          data: authenticationData(info, (current as ConfigMap | undefined)?.data),
        }),
        write: WRITE,
      })
    : registry.create(context, registry.decode({ metadata: { name: NAME, namespace: NAMESPACE }, data }).value, WRITE);
  await done.catch((error) => {
    // Another server of the cluster was faster.
    if (!isAlreadyExists(error) && !isConflict(error)) throw error;
  });
}

/** Publishes it again when it has gone or was changed; runs until the signal. */
export async function keepAuthentication(
  core: ServerCore,
  info: AuthenticationInfo,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal);
    await publishAuthentication(core, info).catch((error) => {
      if (!signal.aborted) log.warn("Publishing how callers are known failed", { error: messageOf(error) });
    });
  }
}
