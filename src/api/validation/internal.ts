import { own } from "../../base/index.ts";
import { type Field, type Node, type StructNode, withSortedKeys } from "../../schema/index.ts";
import { sortedEntries } from "./labels.ts";

type Json = Record<string, unknown>;

/**
 * How messages show whole structs. Kubernetes prints the unversioned form of a value, whose names are those of its
 * source ("RunAsUser") and which writes what is absent too; types of meta/v1 have no such form and look as on the wire.
 * A shape says where the unversioned struct differs from the versioned one: which fields it has, in its order.
 */
export type InternalShapes = Readonly<Record<string, InternalShape>>;

export interface InternalShape {
  /** Every field by its JSON name, in order; default the declared ones. */
  readonly order?: readonly string[];
  /** Fields that are absent or not by pointer, other than declared. */
  readonly pointer?: readonly string[];
  readonly plain?: readonly string[];
}

const ACRONYMS: Readonly<Record<string, string>> = {
  apiGroup: "APIGroup",
  apiGroups: "APIGroups",
  apiVersion: "APIVersion",
  awsElasticBlockStore: "AWSElasticBlockStore",
  cel: "CEL",
  cephfs: "CephFS",
  cidr: "CIDR",
  cidrs: "CIDRs",
  clusterIP: "ClusterIP",
  clusterIPs: "ClusterIPs",
  csi: "CSI",
  dnsConfig: "DNSConfig",
  dnsPolicy: "DNSPolicy",
  downwardAPI: "DownwardAPI",
  fc: "FC",
  fsGroup: "FSGroup",
  fsGroupChangePolicy: "FSGroupChangePolicy",
  fsType: "FSType",
  gcePersistentDisk: "GCEPersistentDisk",
  gmsaCredentialSpec: "GMSACredentialSpec",
  gmsaCredentialSpecName: "GMSACredentialSpecName",
  grpc: "GRPC",
  httpGet: "HTTPGet",
  httpHeaders: "HTTPHeaders",
  ip: "IP",
  iscsi: "ISCSI",
  iqn: "IQN",
  lun: "Lun",
  nfs: "NFS",
  nodeID: "NodeID",
  os: "OS",
  pdName: "PDName",
  rbd: "RBD",
  seLinuxChangePolicy: "SELinuxChangePolicy",
  seLinuxOptions: "SELinuxOptions",
  setHostnameAsFQDN: "SetHostnameAsFQDN",
  sslEnabled: "SSLEnabled",
  storageos: "StorageOS",
  tcpSocket: "TCPSocket",
  tty: "TTY",
  uid: "UID",
  uri: "URI",
  volumeID: "VolumeID",
  wwids: "WWIDs",
};

const RBD_NAMES = { monitors: "CephMonitors", image: "RBDImage", pool: "RBDPool", user: "RadosUser" };

const ISCSI_NAMES = {
  iscsiInterface: "ISCSIInterface",
  chapAuthDiscovery: "DiscoveryCHAPAuth",
  chapAuthSession: "SessionCHAPAuth",
};

/** Names that only one struct's fields have. */
const OWN_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "io.k8s.api.core.v1.AzureDiskVolumeSource": { diskURI: "DataDiskURI" },
  "io.k8s.api.core.v1.GlusterfsPersistentVolumeSource": { endpoints: "EndpointsName" },
  "io.k8s.api.core.v1.GlusterfsVolumeSource": { endpoints: "EndpointsName" },
  "io.k8s.api.core.v1.ISCSIPersistentVolumeSource": ISCSI_NAMES,
  "io.k8s.api.core.v1.ISCSIVolumeSource": ISCSI_NAMES,
  "io.k8s.api.core.v1.RBDVolumeSource": RBD_NAMES,
  "io.k8s.api.core.v1.RBDPersistentVolumeSource": RBD_NAMES,
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField": { jsonPath: "JSONPath" },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition": { jsonPath: "JSONPath" },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps": {
    id: "ID",
    $schema: "Schema",
    $ref: "Ref",
    "x-kubernetes-preserve-unknown-fields": "XPreserveUnknownFields",
    "x-kubernetes-embedded-resource": "XEmbeddedResource",
    "x-kubernetes-int-or-string": "XIntOrString",
    "x-kubernetes-list-map-keys": "XListMapKeys",
    "x-kubernetes-list-type": "XListType",
    "x-kubernetes-map-type": "XMapType",
    "x-kubernetes-validations": "XValidations",
  },
};

/** A versioned value as messages of Kubernetes show it. */
export function internalValue(struct: StructNode, value: unknown, shapes: InternalShapes = {}): Json {
  return internalStruct(struct, (value ?? {}) as Json, shapes);
}

function internalStruct(struct: StructNode, value: Json, shapes: InternalShapes): Json {
  if (isMeta(struct)) return value;
  const shape = shapes[struct.name];
  const result: Json = {};
  const fields = shape?.order ? shape.order.flatMap((name) => fieldOf(struct, name)) : [...struct.fields];
  for (const [name, field] of fields) {
    if (field.options.inline) Object.assign(result, internalStruct(field.node as StructNode, value, shapes));
    // Metadata is embedded: its own fields stand at this level.
    else if (name === "metadata") Object.assign(result, value.metadata);
    else
      result[own(OWN_NAMES, struct.name)?.[name] ?? internalName(name)] = internalField(field, name, {
        value: value[name],
        shape,
        shapes,
      });
  }
  return result;
}

function fieldOf(struct: StructNode, name: string): [string, Field][] {
  const field = struct.fields.get(name);
  return field ? [[name, field]] : [];
}

interface FieldContext {
  readonly value: unknown;
  readonly shape: InternalShape | undefined;
  readonly shapes: InternalShapes;
}

function internalField(field: Field, name: string, { value, shape, shapes }: FieldContext): unknown {
  const pointer = (field.options.ptr || shape?.pointer?.includes(name)) && !shape?.plain?.includes(name);
  if (value === undefined || value === null) return pointer ? null : zeroOf(field.node, shapes);
  const { holds } = field.options;
  if (holds && field.node.kind === "map")
    return Object.fromEntries(
      sortedEntries(value as Json).map(([key, one]) => [key, internalHeld(holds, one, shapes)]),
    );
  if (field.node.kind === "scalar" && field.node.type === "any" && !holds) return withSortedKeys(value);
  return field.options.holds
    ? internalHeld(field.options.holds, value, shapes)
    : internalNode(field.node, value, shapes);
}

/** What is an object of one type or something else is a struct with a field for each. */
function internalHeld(
  { node, or }: NonNullable<Field["options"]["holds"]>,
  value: unknown,
  shapes: InternalShapes,
): unknown {
  const shown = (one: unknown) => internalStruct(node(), one as Json, shapes);
  if (or === "boolean") return { Allows: value !== false, Schema: typeof value === "boolean" ? null : shown(value) };
  if (or === "texts") {
    const texts = Array.isArray(value) ? value : null;
    return { Schema: texts ? null : shown(value), Property: texts };
  }
  const list = Array.isArray(value) ? value.map(shown) : null;
  return { Schema: list ? null : shown(value), JSONSchemas: list };
}

function internalNode(node: Node, value: unknown, shapes: InternalShapes): unknown {
  switch (node.kind) {
    case "struct":
      return internalStruct(node, value as Json, shapes);
    case "list":
      return (value as unknown[]).map((one) => internalNode(node.element, one, shapes));
    case "map":
      return Object.fromEntries(
        sortedEntries(value as Json).map(([key, one]) => [key, internalNode(node.value, one, shapes)]),
      );
    case "scalar":
      return value;
  }
}

function zeroOf(node: Node, shapes: InternalShapes): unknown {
  if (node.kind === "struct") return internalStruct(node, {}, shapes);
  if (node.kind !== "scalar") return null;
  switch (node.type) {
    case "string":
      return "";
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "float64":
    case "intOrString":
      return 0;
    case "quantity":
    case "duration":
      return "0";
    default:
      return null;
  }
}

function isMeta(struct: StructNode): boolean {
  return struct.name.startsWith("io.k8s.apimachinery.");
}

/** The declared fields of a struct, with some moved to where they stand in the unversioned form: each after another. */
export function movedAfter(struct: StructNode, moves: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(moves).reduce<readonly string[]>(
    (names, [moved, before]) =>
      names.filter((name) => name !== moved).flatMap((name) => (name === before ? [name, moved] : [name])),
    [...struct.fields.keys()],
  );
}

/** Every name that a field may have there, whatever struct it is of. */
export function internalNames(name: string): readonly string[] {
  const own = Object.values(OWN_NAMES).flatMap((names) => (Object.hasOwn(names, name) ? [names[name]!] : []));
  return [internalName(name), ...new Set(own)];
}

/** A field's name there. */
export function internalName(name: string): string {
  return own(ACRONYMS, name) ?? name[0]!.toUpperCase() + name.slice(1);
}
