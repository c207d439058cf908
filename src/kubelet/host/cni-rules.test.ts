import assert from "node:assert/strict";
import { test } from "node:test";
import { cniRemoval } from "./cni-rules.ts";

const pod = (network: string, hash: string) => `:CNI-${hash} - [0:0]
:CNI-DN-${hash} - [0:0]
-A POSTROUTING -s 10.244.0.5/32 -m comment --comment "name: \\"${network}\\" id: \\"a\\"" -j CNI-${hash}
-A CNI-${hash} -d 10.244.0.0/24 -m comment --comment "name: \\"${network}\\" id: \\"a\\"" -j ACCEPT
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"${network}\\" id: \\"a\\"" -m multiport --dports 80 -j CNI-DN-${hash}
-A CNI-DN-${hash} -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.5:80
`;
const SHARED = `*nat
:PREROUTING ACCEPT [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-MASQ -j MASQUERADE
`;

test("a network's rules go with their chains, and what is shared with the last one", () => {
  assert.equal(
    cniRemoval(`${SHARED}${pod("nav1", "AAA")}COMMIT\n`, "nav1"),
    `*nat
:CNI-AAA - [0:0]
:CNI-DN-AAA - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-D POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-D POSTROUTING -s 10.244.0.5/32 -m comment --comment "name: \\"nav1\\" id: \\"a\\"" -j CNI-AAA
-X CNI-AAA
-X CNI-DN-AAA
-X CNI-HOSTPORT-DNAT
-X CNI-HOSTPORT-MASQ
COMMIT
`,
  );
});

test("another network's rules stay, and what it shares with ours", () => {
  const removal = cniRemoval(`${SHARED}${pod("nav1", "AAA")}${pod("other", "BBB")}COMMIT\n`, "nav1");
  assert.match(removal, /^-D CNI-HOSTPORT-DNAT .*nav1/m);
  assert.match(removal, /^-X CNI-DN-AAA$/m);
  assert.doesNotMatch(removal, /BBB|-X CNI-HOSTPORT/);
  assert.equal(cniRemoval("*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n", "nav1"), "");
});
