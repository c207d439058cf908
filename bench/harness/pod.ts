import { type Connections, load } from "./load.ts";
import type { BenchServer } from "./server.ts";

export const PODS = "/api/v1/namespaces/default/pods";

/** The number of the node that a pod is on. */
export const nodeOf = (index: number): number => index % 1000;

/** A pod of some 3.5 KB in JSON as it is stored. */
function pod(index: number) {
  const environment = Array.from({ length: 12 }, (_, at) => ({
    name: `VARIABLE_${at}`,
    value: `value-${at}`.repeat(3),
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}`, labels: { app: `app-${index % 50}`, tier: "backend" } },
    spec: {
      nodeName: `node-${nodeOf(index)}`,
      containers: [
        {
          name: "main",
          image: "example.com/app:1",
          env: environment,
          resources: { requests: { cpu: "10m", memory: "16Mi" } },
        },
      ],
    },
  };
}

/** Makes pods, and what they need. */
export async function makePods(server: BenchServer, connections: Connections, count: number): Promise<void> {
  await connections.call({
    method: "POST",
    path: "/api/v1/namespaces/default/serviceaccounts",
    body: JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } }),
  });
  await load(server, {
    workers: 32,
    total: count,
    operation: (index) => connections.call({ method: "POST", path: PODS, body: JSON.stringify(pod(index)) }),
  });
}
