import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  cidrProblems,
  forbiddenField,
  invalidValue,
  legacyCidrProblems,
  notSupported,
  parseCidr,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
  validateLabelSelector,
} from "../../validation/index.ts";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "./networkpolicy.ts";

const POLICY_TYPES = ["Ingress", "Egress"];
const PROTOCOLS = ["TCP", "UDP", "SCTP"];

export const networkPolicyBehavior: KindBehavior<NetworkPolicy> = {
  generation: true,
  exactGeneration: "spec",
  setDefaults({ spec }) {
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of ports ?? []) port.protocol ??= "TCP";
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
  },
  validate: (policy) => validatePolicy(policy, new Set()),
  validateUpdate: (policy, old) => validatePolicy(policy, cidrsOf(old)),
};

/** What an object written before the rules were strict holds may stay. */
function cidrsOf({ spec }: NetworkPolicy): ReadonlySet<string> {
  const peers = [
    ...(spec.ingress ?? []).flatMap(({ from = [] }) => from),
    ...(spec.egress ?? []).flatMap(({ to = [] }) => to),
  ];
  return new Set(peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])));
}

function validatePolicy({ spec }: NetworkPolicy, known: ReadonlySet<string>): FieldError[] {
  return [
    ...validateLabelSelector("spec.podSelector", spec.podSelector),
    ...(spec.ingress ?? []).flatMap(({ ports, from }, index) => [
      ...validatePorts(`spec.ingress[${index}].ports`, ports),
      ...validatePeers(`spec.ingress[${index}].from`, from, known),
    ]),
    ...(spec.egress ?? []).flatMap(({ ports, to }, index) => [
      ...validatePorts(`spec.egress[${index}].ports`, ports),
      ...validatePeers(`spec.egress[${index}].to`, to, known),
    ]),
    ...validateTypes("spec.policyTypes", spec.policyTypes ?? []),
  ];
}

function validateTypes(path: string, types: readonly string[]): FieldError[] {
  if (types.length > POLICY_TYPES.length)
    return [invalidValue(path, types, "may not specify more than two policyTypes")];
  return types.flatMap((type, index) =>
    POLICY_TYPES.includes(type) ? [] : [notSupported(`${path}[${index}]`, type, POLICY_TYPES)],
  );
}

function validatePorts(path: string, ports: readonly NetworkPolicyPort[] = []): FieldError[] {
  return ports.flatMap(({ protocol, port, endPort }, index) => {
    const at = `${path}[${index}]`;
    const known = protocol === undefined || PROTOCOLS.includes(protocol);
    return [
      ...(known ? [] : [notSupported(`${at}.protocol`, protocol, PROTOCOLS)]),
      ...validatePort(at, port, endPort),
    ];
  });
}

function validatePort(path: string, port: string | number | undefined, endPort: number | undefined): FieldError[] {
  const end = (detail: string) => (endPort === undefined ? [] : [invalidValue(`${path}.endPort`, endPort, detail)]);
  if (port === undefined) return end("may not be specified when `port` is not specified");
  if (typeof port === "string") {
    return [
      ...end("may not be specified when `port` is non-numeric"),
      ...problemsAt(`${path}.port`, port, portNameProblems(port)),
    ];
  }
  return [
    ...problemsAt(`${path}.port`, port, portProblems(port)),
    ...(endPort !== undefined && endPort < port
      ? [invalidValue(`${path}.endPort`, port, "must be greater than or equal to `port`")]
      : []),
    ...(endPort === undefined ? [] : problemsAt(`${path}.endPort`, endPort, portProblems(endPort))),
  ];
}

function validatePeers(
  path: string,
  peers: readonly NetworkPolicyPeer[] = [],
  known: ReadonlySet<string>,
): FieldError[] {
  return peers.flatMap(({ podSelector, namespaceSelector, ipBlock }, index) => {
    const at = `${path}[${index}]`;
    const errors = [
      ...validateLabelSelector(`${at}.podSelector`, podSelector),
      ...validateLabelSelector(`${at}.namespaceSelector`, namespaceSelector),
      ...(ipBlock ? validateBlock(`${at}.ipBlock`, ipBlock, known) : []),
    ];
    if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(at, "must specify a peer"));
    else if (ipBlock && (podSelector || namespaceSelector))
      errors.push(forbiddenField(at, "may not specify both ipBlock and another peer"));
    return errors;
  });
}

function validateBlock(path: string, { cidr, except = [] }: IPBlock, known: ReadonlySet<string>): FieldError[] {
  if (cidr === "") return [required(`${path}.cidr`)];
  const rule = (text: string) => (known.has(text) ? legacyCidrProblems(text) : cidrProblems(text));
  const outer = parseCidr(cidr);
  // Of a block that is none nothing can be excepted.
  if (!outer) return problemsAt(`${path}.cidr`, cidr, rule(cidr));
  return [
    ...problemsAt(`${path}.cidr`, cidr, rule(cidr)),
    ...except.flatMap((text, index) => {
      const at = `${path}.except[${index}]`;
      const errors = problemsAt(at, text, rule(text));
      const inner = parseCidr(text);
      if (!inner || isStrictlyWithin(inner, outer)) return errors;
      return [...errors, invalidValue(at, text, "must be a strict subset of `cidr`")];
    }),
  ];
}

type Cidr = NonNullable<ReturnType<typeof parseCidr>>;

function isStrictlyWithin(inner: Cidr, outer: Cidr): boolean {
  if (inner.ip.family !== outer.ip.family || inner.prefixLength <= outer.prefixLength) return false;
  const shift = BigInt((outer.ip.family === 4 ? 32 : 128) - outer.prefixLength);
  return inner.ip.value >> shift === outer.ip.value >> shift;
}
