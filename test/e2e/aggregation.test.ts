import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { suite, type TestContext, test } from "node:test";
import { cryptoRandom, realClock } from "../../src/base/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../src/pki/index.ts";
import { eventually, TestCluster, withoutKubectl } from "./cli.ts";

const skip = await withoutKubectl();
const sources = { clock: realClock(), random: cryptoRandom() };
const authority = createAuthority({ ...sources, commonName: "adapter-ca" });
const serving = issueKeyPair(authority, {
  ...sources,
  subject: { commonName: "adapter" },
  sans: { dns: ["adapter.kube-system.svc"], ip: [] },
  usages: ["server auth"],
});
const GROUP_VERSION = "metrics.k8s.io/v1beta1";
const PATH = `/apis/${GROUP_VERSION}`;
const LIST = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: GROUP_VERSION,
  resources: [{ name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] }],
};
const METRICS = {
  kind: "NodeMetricsList",
  apiVersion: GROUP_VERSION,
  metadata: {},
  items: [
    {
      metadata: { name: "node-1" },
      timestamp: "2026-01-01T00:00:00Z",
      window: "10s",
      usage: { cpu: "250m", memory: "64Mi" },
    },
  ],
};

interface Published {
  readonly data: Readonly<Record<string, string>>;
}

/** Resource metrics as a server of their own has them; it believes whom the cluster's config map says to believe. */
async function adapter(t: TestContext, { data }: Published) {
  const names = JSON.parse(data["requestheader-allowed-names"]!) as string[];
  const [userHeader] = JSON.parse(data["requestheader-username-headers"]!) as string[];
  const users: string[] = [];
  const server = createServer(
    {
      cert: serving.certificatePem,
      key: serving.keyPem,
      ca: data["requestheader-client-ca-file"]!,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, out) => {
      const { CN } = (incoming.socket as TLSSocket).getPeerCertificate().subject;
      const answers: Readonly<Record<string, unknown>> = { [PATH]: LIST, [`${PATH}/nodes`]: METRICS };
      const [path = ""] = incoming.url!.split("?");
      const answer = answers[path];
      if (!names.includes(String(CN))) return void out.writeHead(403).end();
      if (!answer) return void out.writeHead(404).end();
      if (answer === METRICS) users.push(String(incoming.headers[userHeader!.toLowerCase()]));
      out.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    },
  );
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { users, port: (server.address() as AddressInfo).port };
}

suite("aggregated API servers", { skip }, () => {
  test("kubectl reads metrics of another server, which knows who asks", async (t) => {
    await using cluster = await TestCluster.up(["--nodes", "simulated:1"]);
    const published = await cluster.get<Published>("-n", "kube-system", "cm/extension-apiserver-authentication");
    const { users, port } = await adapter(t, published);
    const caBundle = Buffer.from(certificateToPem(authority.certificate)).toString("base64");
    await cluster.apply(`
apiVersion: v1
kind: Service
metadata: {name: adapter, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: ${caBundle}
  service: {name: adapter, namespace: kube-system, port: ${port}}
`);
    await cluster.kubectl("wait", "--for=condition=Available", "apiservice/v1beta1.metrics.k8s.io", "--timeout=180s");
    const top = await eventually(() => cluster.kubectl("top", "nodes", "--no-headers"));
    assert.match(top, /^node-1 +250m +\d+% +64Mi +\d+% *\n$/);
    assert.deepEqual([...new Set(users)], ["kubernetes-admin"]);
    assert.match(
      await cluster.kubectl("api-resources", "--api-group=metrics.k8s.io"),
      /nodes +metrics\.k8s\.io\/v1beta1 +false +NodeMetrics/,
    );
    await cluster.kubectl("-n", "kube-system", "delete", "service", "adapter");
    await cluster.kubectl(
      "wait",
      "--for=condition=Available=False",
      "apiservice/v1beta1.metrics.k8s.io",
      "--timeout=180s",
    );
    const { stderr } = await cluster.tryKubectl(["get", "--raw", `${PATH}/nodes`]);
    assert.match(stderr, /the server is currently unable to handle the request/);
  });
});
