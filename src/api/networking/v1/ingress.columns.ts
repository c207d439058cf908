import { ageColumn, firstThree, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Ingress } from "./ingress.ts";

const SHOWN_MAX = 3;

export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  textColumn("Class", ({ spec }) => spec.ingressClassName ?? "<none>"),
  textColumn("Hosts", hostsText),
  textColumn("Address", ({ status }) => {
    const addresses = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
    return [...new Set(addresses.filter((one) => one !== ""))].sort().join(",");
  }),
  textColumn("Ports", ({ spec }) => (spec.tls?.length ? "80, 443" : "80")),
  ageColumn,
];

function hostsText({ spec: { rules = [] } }: Ingress): string {
  const hosts = rules.map(({ host }) => host ?? "").filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  if (hosts.length <= SHOWN_MAX) return hosts.join(",");
  // What is left out counts rules, with or without a host.
  return firstThree([...hosts.slice(0, SHOWN_MAX), ...rules.slice(SHOWN_MAX).map(() => "")]);
}
