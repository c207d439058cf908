/**
 * Cluster DNS: names of services and pods from informers, everything else from the resolvers given.
 * `answer.ts` is the pure part; only `server.ts` has sockets. Start at {@link startDns}.
 */
export { type Answer, answer, type ClusterNames, type DnsRecord, type Question, type RecordType } from "./answer.ts";
export { type Dns, type DnsOptions, startDns, withdrawDns } from "./dns.ts";
export { type DnsServerOptions, serveDns } from "./server.ts";
