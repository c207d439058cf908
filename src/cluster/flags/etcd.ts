import { bool, choice, COMMON_FLAGS, type FlagValues, file, int, list, text } from "./flag.ts";

/** `navarch etcd`: flags by etcd's names. */
export const ETCD_FLAGS = {
  ...COMMON_FLAGS,
  name: text("what the member is called"),
  "data-dir": file("where the data is; default NAME.etcd"),
  "listen-client-urls": list("addresses to listen on; default http://localhost:2379"),
  "advertise-client-urls": list("what clients are told to use; default the addresses that are listened on"),
  "cert-file": file("serving certificate"),
  "key-file": file("its key"),
  "trusted-ca-file": file("authority of client certificates"),
  "client-cert-auth": bool("whether clients must show a certificate"),
  "relaxed-durability": list(
    "what a crash may take the newest of: leases, events, or what keys begin with; default nothing",
  ),
  "quota-backend-bytes": int("size at which puts are refused; 0 for 2 GiB", { max: Number.MAX_SAFE_INTEGER }),
  "auto-compaction-mode": choice("how --auto-compaction-retention is meant", ["periodic"]),
  "auto-compaction-retention": text("how long history is kept, as 5m or in hours; 0: all of it"),
} as const;
export type EtcdFlags = FlagValues<typeof ETCD_FLAGS>;
