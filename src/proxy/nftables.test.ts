import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceRule } from "./compile.ts";
import { changeScript, fullScript, ownerOf, renderNft } from "./nftables.ts";
import { ownerRemark } from "./owner.ts";

function rules(backends: number, some: Partial<ServiceRule> = {}): ServiceRule[] {
  const all = Array.from({ length: backends }, (_, index) => ({
    ip: `10.244.0.${index + 2}`,
    port: 8080,
    local: true,
  }));
  return [
    {
      id: "default/web:",
      namespace: "default",
      name: "web",
      portName: "",
      protocol: "TCP",
      port: 80,
      clusterIPs: ["10.96.0.7"],
      externalIPs: [],
      balancerIPs: [],
      sourceRanges: [],
      nodePort: 0,
      affinitySeconds: 0,
      internal: all,
      external: all,
      externalLocal: false,
      ownExternal: [],
      hasBackends: all.length > 0,
      ...some,
    },
  ];
}

const render = (...args: Parameters<typeof rules>) => renderNft(rules(...args), { clusterCidr: "10.244.0.0/16" });
const changes = (from: Parameters<typeof rules>, to: Parameters<typeof rules>) =>
  changeScript(render(...from), render(...to)).replace(/[0-9A-Z]{8}-default/g, "#-default");

test("equal rules change nothing", () => {
  assert.equal(changes([2], [2]), "");
});

test("one more backend adds its chain and changes the choice only", () => {
  assert.equal(
    changes([1], [2]),
    `add chain ip navarch-proxy endpoint-#-default/web/tcp/__10.244.0.3/8080
add chain ip navarch-proxy service-#-default/web/tcp/
add rule ip navarch-proxy endpoint-#-default/web/tcp/__10.244.0.3/8080 ip saddr 10.244.0.3 jump mark-for-masquerade
add rule ip navarch-proxy endpoint-#-default/web/tcp/__10.244.0.3/8080 meta l4proto tcp dnat to 10.244.0.3:8080
flush chain ip navarch-proxy service-#-default/web/tcp/
add rule ip navarch-proxy service-#-default/web/tcp/ ip daddr { 10.96.0.7 } ip saddr != 10.244.0.0/16 jump mark-for-masquerade
add rule ip navarch-proxy service-#-default/web/tcp/ numgen random mod 2 vmap { 0 : goto endpoint-#-default/web/tcp/__10.244.0.2/8080, 1 : goto endpoint-#-default/web/tcp/__10.244.0.3/8080 }
`,
  );
});

test("the last backend's end loses what leads to its chains before the chains themselves", () => {
  const lines = changes([1], [0]).trim().split("\n");
  const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
  assert.ok(at(/^delete element .*service-ips/) >= 0);
  assert.ok(at(/^delete element .*service-ips/) < at(/^delete chain .*service-/));
  assert.ok(at(/^flush chain .*service-/) < at(/^delete chain .*endpoint-/));
  assert.ok(at(/^add element .*no-endpoint-services { 10\.96\.0\.7 \. tcp \. 80 : goto reject-chain }/) >= 0);
});

test("without a backend here a service is silent, without any it refuses", () => {
  const verdict = (some: Partial<ServiceRule>) =>
    render(0, some).elements.get("no-endpoint-services")!.get("10.96.0.7 . tcp . 80");
  assert.equal(verdict({ hasBackends: true }), "drop");
  assert.equal(verdict({ hasBackends: false }), "goto reject-chain");
});

test("a table says whose it is, however long or odd the name", () => {
  assert.match(fullScript(render(0), "/data"), /add table ip navarch-proxy { comment "\/data" ; }/);
  assert.equal(ownerOf('table ip navarch-proxy {\n\tcomment "/data"\n\tmap x {'), "/data");
  assert.equal(ownerRemark('/a "b"\n'), "/a??b??");
  assert.ok(Buffer.byteLength(ownerRemark(`/${"ü".repeat(200)}`)) <= 128);
});
