import { own } from "../../base/index.ts";
import type { Secret, ServiceAccount } from "../../api/index.ts";

const TOKEN_TYPE = "kubernetes.io/service-account-token";
export const NAME_ANNOTATION = "kubernetes.io/service-account.name";
export const UID_ANNOTATION = "kubernetes.io/service-account.uid";

/** The account that a token secret is of. */
export function accountNameOf({ type, metadata }: Secret): string | undefined {
  return type === TOKEN_TYPE ? metadata.annotations?.[NAME_ANNOTATION] : undefined;
}

export type Plan =
  | { readonly do: "nothing" }
  /** The account is gone, or another one has its name now. */
  | { readonly do: "delete" }
  | { readonly do: "fill"; readonly data: Readonly<Record<string, string>>; readonly needsToken: boolean };

const encoder = new TextEncoder();

/** What to do with a token secret. The token itself is made by whoever holds the key. */
export function plan(secret: Secret, account: ServiceAccount | undefined, ca: string | undefined): Plan {
  const uid = secret.metadata.annotations?.[UID_ANNOTATION];
  if (!account || (uid && uid !== account.metadata.uid)) return { do: "delete" };
  const wanted: Record<string, string> = { namespace: base64(secret.metadata.namespace) };
  if (ca !== undefined) wanted["ca.crt"] = base64(ca);
  const data = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => own(secret.data, key) !== value));
  const needsToken = !secret.data?.token;
  if (uid && !needsToken && Object.keys(data).length === 0) return { do: "nothing" };
  return { do: "fill", data, needsToken };
}

/** Text as secrets hold it. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...encoder.encode(text)));
}
