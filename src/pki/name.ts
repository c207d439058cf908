import { type DerReader, objectIdentifier, readOid, readString, sequence, setOf, TAG, utf8String } from "./der.ts";

/** Who a certificate names: what Kubernetes reads of it. */
export interface Subject {
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  /** Kubernetes' own attribute for a user's uid. */
  readonly uid?: string;
}

const OID_COMMON_NAME = "2.5.4.3";
const OID_ORGANIZATION = "2.5.4.10";
const OID_KUBERNETES_UID = "1.3.6.1.4.1.57683.2";

export function encodeName({ commonName, organizations = [], uid }: Subject): Uint8Array {
  const attribute = (oid: string, value: string) => sequence(objectIdentifier(oid), utf8String(value));
  const rdns: Uint8Array[] = [];
  if (organizations.length > 0) rdns.push(setOf(...organizations.map((value) => attribute(OID_ORGANIZATION, value))));
  if (commonName !== undefined) rdns.push(setOf(attribute(OID_COMMON_NAME, commonName)));
  if (uid !== undefined) rdns.push(setOf(attribute(OID_KUBERNETES_UID, uid)));
  return sequence(...rdns);
}

/** Reads the attributes that matter here. Of several common names or uids the last counts. */
export function decodeName(reader: DerReader): Subject {
  const organizations: string[] = [];
  let commonName: string | undefined;
  let uid: string | undefined;
  while (!reader.done) {
    const set = reader.enter(TAG.set);
    while (!set.done) {
      const pair = set.enter(TAG.sequence);
      const oid = readOid(pair.expect(TAG.oid).content);
      if (oid === OID_ORGANIZATION) organizations.push(readString(pair.next()));
      else if (oid === OID_COMMON_NAME) commonName = readString(pair.next());
      else if (oid === OID_KUBERNETES_UID) uid = readString(pair.next());
    }
  }
  return {
    organizations,
    ...(commonName !== undefined && { commonName }),
    ...(uid !== undefined && { uid }),
  };
}
