import { ageColumn, labelsText, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Service } from "./service.ts";

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  textColumn("Type", ({ spec }) => spec.type),
  textColumn("Cluster-IP", ({ spec }) => spec.clusterIPs?.[0] ?? "<none>"),
  textColumn("External-IP", externalAddress),
  textColumn("Port(s)", portsText),
  ageColumn,
  wide(textColumn("Selector", ({ spec }) => labelsText(spec.selector))),
];

function externalAddress({ spec, status }: Service): string {
  const { externalIPs = [] } = spec;
  switch (spec.type) {
    case "ExternalName":
      return spec.externalName ?? "";
    case "LoadBalancer": {
      const addresses = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
      const all = [...[...new Set(addresses.filter((one) => one !== ""))].sort(), ...externalIPs];
      return all.join(",") || "<pending>";
    }
    default:
      return externalIPs.join(",") || "<none>";
  }
}

function portsText({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(",") || "<none>";
}
