/**
 * Cluster DNS: names of services and pods from informers, everything else from the resolvers given.
 * `answer.ts` is the pure part; only `server.ts` has sockets. Start at {@link startDns}.
 */
export type { Answer, ClusterNames, DnsRecord, Question, RecordType } from "./answer.ts";
export { type Dns, type DnsOptions, startDns } from "./dns.ts";
export type { DnsServerOptions } from "./server.ts";
