import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  ipProblems,
  legacyIpProblems,
  notSupported,
  portProblems,
  problemsAt,
  qualifiedNameProblems,
  required,
} from "../../validation/index.ts";
import { validateEndpointIp } from "./endpointip.validate.ts";
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from "./endpoints.ts";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

export const endpointsBehavior: KindBehavior<Endpoints> = {
  metadataLooks: ["change", "whole"],
  setDefaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= "TCP";
  },
  validate: (endpoints) => validateSubsets(endpoints, new Set()),
  validateUpdate: (endpoints, old) => validateSubsets(endpoints, addressesOf(old)),
};

function addressesOf({ subsets = [] }: Endpoints): ReadonlySet<string> {
  const all = subsets.flatMap(({ addresses = [], notReadyAddresses = [] }) => [...addresses, ...notReadyAddresses]);
  return new Set(all.map(({ ip }) => ip));
}

function validateSubsets({ subsets = [] }: Endpoints, known: ReadonlySet<string>): FieldError[] {
  return subsets.flatMap((subset, index) => validateSubset(`subsets[${index}]`, subset, known));
}

function validateSubset(path: string, subset: EndpointSubset, known: ReadonlySet<string>): FieldError[] {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const empty = addresses.length === 0 && notReadyAddresses.length === 0;
  return [
    ...(empty ? [required(path, "must specify `addresses` or `notReadyAddresses`")] : []),
    ...addresses.flatMap((one, index) => validateAddress(`${path}.addresses[${index}]`, one, known)),
    ...notReadyAddresses.flatMap((one, index) => validateAddress(`${path}.notReadyAddresses[${index}]`, one, known)),
    ...ports.flatMap((port, index) => validatePort(`${path}.ports[${index}]`, port, ports.length)),
  ];
}

function validateAddress(
  path: string,
  { ip, hostname, nodeName }: EndpointAddress,
  known: ReadonlySet<string>,
): FieldError[] {
  return [
    ...problemsAt(`${path}.ip`, ip, known.has(ip) ? legacyIpProblems(ip) : ipProblems(ip)),
    ...(hostname ? problemsAt(`${path}.hostname`, hostname, dnsLabelProblems(hostname)) : []),
    ...(nodeName === undefined ? [] : problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems(nodeName))),
    ...validateEndpointIp(`${path}.ip`, ip),
  ];
}

/** One of several ports must have a name. */
function validatePort(path: string, { name, port, protocol, appProtocol }: EndpointPort, count: number): FieldError[] {
  const nameErrors = name
    ? problemsAt(`${path}.name`, name, dnsLabelProblems(name))
    : count > 1
      ? [required(`${path}.name`)]
      : [];
  return [
    ...nameErrors,
    ...problemsAt(`${path}.port`, port, portProblems(port)),
    ...(PROTOCOLS.includes(protocol ?? "") ? [] : [notSupported(`${path}.protocol`, protocol, PROTOCOLS)]),
    ...(appProtocol === undefined
      ? []
      : problemsAt(`${path}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol))),
  ];
}
