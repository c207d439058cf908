import { jsonEqual } from "../../../base/index.ts";
import { validateEndpointIp } from "../../core/v1/endpointip.validate.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  canonicalIpProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  formatIp,
  immutableField,
  invalidValue,
  ipProblems,
  labelValueProblems,
  legacyIpProblems,
  notSupported,
  parseIp,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooMany,
  repeats,
} from "../../validation/index.ts";
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from "./endpointslice.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const ENDPOINTS_MAX = 1000;
const ADDRESSES_MAX = 100;
const PORTS_MAX = 20_000;
const HINTS_MAX = 8;

export const endpointSliceBehavior: KindBehavior<EndpointSlice> = {
  metadataLooks: ["whole"],
  generation: false,
  prepareCreate(slice) {
    slice.metadata.generation = 1;
    dropTopology(slice);
  },
  prepareUpdate(slice, old) {
    setDefaults(slice);
    // Counts what was asked for, be it dropped afterwards; and labels, by which slices are found.
    if (!jsonEqual(countedPart(slice as EndpointSlice), countedPart(old)))
      slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
    dropTopology(slice);
  },
  setDefaults,
  warnings: (slice, old) => [
    ...(!old && slice.addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : []),
    ...(slice.endpoints ?? []).flatMap(({ addresses }, index) => addressWarnings(`endpoints[${index}]`, addresses)),
  ],
  validate: (slice) => validateSlice(slice, new Set()),
  validateUpdate: (slice, old) => [
    // Endpoints that are as they were are not looked at again.
    ...validateSlice(
      jsonEqual(slice.endpoints ?? [], old.endpoints ?? []) ? { ...slice, endpoints: [] } : slice,
      new Set((old.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])),
    ),
    ...immutableField("addressType", slice.addressType, old.addressType),
  ],
};

/** Among names there may be what would be an address, were it written as one. */
function addressWarnings(path: string, addresses: readonly string[] = []): string[] {
  return addresses.flatMap((address, index) => {
    const ip = parseIp(address);
    if (!ip?.leadingZeros) return [];
    return [`${path}.addresses[${index}]: non-standard IP address "${address}" is invalid: use "${formatIp(ip)}"`];
  });
}

/** A name of two parts or more; a dot may end it. */
function domainErrors(path: string, given: string): FieldError[] {
  if (given === "") return [required(path)];
  const name = given.replace(/\.$/, "");
  const problems = problemsAt(path, name, dnsSubdomainProblems(name));
  if (problems.length > 0 || name.includes(".")) return problems;
  return [invalidValue(path, name, "should be a domain with at least two segments separated by dots")];
}

function setDefaults({ ports }: Mutable<EndpointSlice>): void {
  for (const port of ports ?? []) {
    port.name ??= "";
    port.protocol ??= "TCP";
  }
}

function countedPart({ addressType, endpoints, ports, metadata }: EndpointSlice): unknown {
  return [addressType, endpoints ?? null, ports ?? null, metadata.labels ?? {}];
}

/** Topology was said in labels before this version; what is said that way now is dropped. */
function dropTopology(slice: Mutable<EndpointSlice>): void {
  for (const endpoint of slice.endpoints ?? [])
    delete (endpoint as { deprecatedTopology?: unknown }).deprecatedTopology;
}

function validateSlice({ addressType, endpoints, ports }: EndpointSlice, known: ReadonlySet<string>): FieldError[] {
  return [
    ...validateAddressType(addressType),
    ...validatePorts(ports ?? []),
    ...validateEndpoints(endpoints ?? [], addressType, known),
  ];
}

function validateAddressType(type: string): FieldError[] {
  if (type === "") return [required("addressType")];
  return ADDRESS_TYPES.includes(type) ? [] : [notSupported("addressType", type, ADDRESS_TYPES)];
}

function validateEndpoints(endpoints: readonly Endpoint[], type: string, known: ReadonlySet<string>): FieldError[] {
  if (endpoints.length > ENDPOINTS_MAX) return [tooMany("endpoints", endpoints.length, ENDPOINTS_MAX)];
  return endpoints.flatMap(({ addresses, nodeName, hostname, hints }, index) => {
    const path = `endpoints[${index}]`;
    return [
      ...validateAddresses(`${path}.addresses`, addresses ?? [], { type, known }),
      ...(nodeName === undefined ? [] : problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems(nodeName))),
      ...(hostname === undefined ? [] : problemsAt(`${path}.hostname`, hostname, dnsLabelProblems(hostname))),
      ...(hints ? validateHints(`${path}.hints`, hints) : []),
    ];
  });
}

interface AddressRules {
  readonly type: string;
  readonly known: ReadonlySet<string>;
}

function validateAddresses(path: string, addresses: readonly string[], { type, known }: AddressRules): FieldError[] {
  if (addresses.length === 0) return [required(path, "must contain at least 1 address")];
  const many = addresses.length > ADDRESSES_MAX ? [tooMany(path, addresses.length, ADDRESSES_MAX)] : [];
  return [
    ...many,
    ...addresses.flatMap((address, index) => {
      const at = `${path}[${index}]`;
      if (type === "FQDN") return domainErrors(at, address);
      if (type !== "IPv4" && type !== "IPv6") return [];
      const rule = type === "IPv6" ? canonicalIpProblems : ipProblems;
      const problems = known.has(address) ? legacyIpProblems(address) : rule(address);
      const ip = parseIp(address);
      if (problems.length > 0 || !ip) return problemsAt(at, address, problems);
      const other = `IPv${ip.family}` === type ? [] : [invalidValue(path, address, `must be an ${type} address`)];
      return [...other, ...validateEndpointIp(at, address)];
    }),
  ];
}

function validateHints(path: string, { forZones = [], forNodes = [] }: EndpointHints): FieldError[] {
  return [
    ...validateNames(`${path}.forZones`, forZones, labelValueProblems),
    ...validateNames(`${path}.forNodes`, forNodes, dnsSubdomainProblems),
  ];
}

function validateNames(
  path: string,
  entries: readonly { readonly name: string }[],
  rule: (name: string) => string[],
): FieldError[] {
  if (entries.length > HINTS_MAX) return [tooMany(path, entries.length, HINTS_MAX)];
  return entries.flatMap(({ name }, index) => {
    const at = `${path}[${index}].name`;
    const again = entries.findIndex((one) => one.name === name) < index;
    return [...(again ? [duplicateValue(at, name)] : []), ...problemsAt(at, name, rule(name))];
  });
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > PORTS_MAX) return [tooMany("ports", ports.length, PORTS_MAX)];
  const repeated = repeats(ports, ({ name = "" }) => name);
  return ports.flatMap(({ name = "", protocol, appProtocol }, index) => {
    const path = `ports[${index}]`;
    const again = repeated.has(index);
    return [
      ...(name === "" ? [] : problemsAt(`${path}.name`, name, dnsLabelProblems(name))),
      ...(again ? [duplicateValue(`${path}.name`, name)] : []),
      ...(PROTOCOLS.includes(protocol ?? "") ? [] : [notSupported(`${path}.protocol`, protocol, PROTOCOLS)]),
      ...(appProtocol === undefined
        ? []
        : problemsAt(`${path}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol))),
    ];
  });
}
