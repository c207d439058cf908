import { own } from "../../base/index.ts";
import type { StructNode } from "../dsl.ts";

/** What messages of the original call a type. */
export function goTypeName(struct: StructNode): string {
  return struct.name.split(".").at(-1)!;
}

/** Words that are written in capitals where a name begins with one. */
const INITIALISMS =
  /^(?:uid|gid|api|ips?|os|gce|aws|fs|nfs|rbd|iscsi|fc|wwids|csi|iqn|ssl|http|tcp|grpc|gmsa|tty|dns|tls|cel|json|id|url|se(?=Linux))(?=[A-Z]|$)/;

/** Fields whose names in the original aren't those that JSON has for them. */
const PLAIN_OTHERS: Readonly<Record<string, string>> = { cephfs: "CephFS", storageos: "StorageOS" };
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "PodSpec.serviceAccount": "DeprecatedServiceAccount",
  "GlusterfsVolumeSource.endpoints": "EndpointsName",
  "GlusterfsPersistentVolumeSource.endpoints": "EndpointsName",
  "ISCSIVolumeSource.chapAuthDiscovery": "DiscoveryCHAPAuth",
  "ISCSIVolumeSource.chapAuthSession": "SessionCHAPAuth",
  "ISCSIPersistentVolumeSource.chapAuthDiscovery": "DiscoveryCHAPAuth",
  "ISCSIPersistentVolumeSource.chapAuthSession": "SessionCHAPAuth",
  "RBDVolumeSource.monitors": "CephMonitors",
  "RBDVolumeSource.image": "RBDImage",
  "RBDVolumeSource.pool": "RBDPool",
  "RBDVolumeSource.user": "RadosUser",
  "RBDPersistentVolumeSource.monitors": "CephMonitors",
  "RBDPersistentVolumeSource.image": "RBDImage",
  "RBDPersistentVolumeSource.pool": "RBDPool",
  "RBDPersistentVolumeSource.user": "RadosUser",
  "DeviceAttribute.int": "IntValue",
  "DeviceAttribute.bool": "BoolValue",
  "DeviceAttribute.string": "StringValue",
  "DeviceAttribute.version": "VersionValue",
};

/** What messages of the original call a field, of which JSON has another name. */
export function goFieldName(struct: StructNode, name: string): string {
  const other = own(OTHER_NAMES, `${goTypeName(struct)}.${name}`) ?? own(PLAIN_OTHERS, name);
  if (other !== undefined) return other;
  if (name === "metadata") return struct.fields.has("items") ? "ListMeta" : "ObjectMeta";
  const plain = name
    .replace("$", "")
    .replace(/^x-kubernetes/, "x")
    .replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    .replace(INITIALISMS, (word) => word.toUpperCase().replace(/(?<=IP|WWID)S$/, "s"));
  return plain[0]!.toUpperCase() + plain.slice(1);
}
