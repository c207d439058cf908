import assert from "node:assert/strict";
import { test } from "node:test";
import { networkProblem } from "./machine-network.ts";

const RANGE = "10.244.0.0/16";
const addresses = [
  { device: "eth0", address: "10.0.0.2" },
  { device: "eth0", address: "fe80::1" },
];

test("a machine with no other cluster's network can be a node", () => {
  assert.equal(networkProblem({ foreign: [], addresses }, RANGE), undefined);
});

test("another cluster's network is named with the command that ends it, where it says whose it is", () => {
  const foreign = [
    { what: "bridge nav1", dataDirectory: undefined },
    { what: "nftables service rules", dataDirectory: "/srv/other" },
  ];
  assert.equal(
    networkProblem({ foreign, addresses }, RANGE),
    "the network of the cluster in /srv/other is on this machine (nftables service rules), wanted none: end it with `navarch down --data-dir /srv/other`",
  );
  assert.match(networkProblem({ foreign: foreign.slice(0, 1), addresses }, RANGE)!, /another cluster .*bridge nav1/);
});

test("pods' addresses must be nobody else's", () => {
  const taken = [...addresses, { device: "cni0", address: "10.244.0.1" }];
  assert.equal(
    networkProblem({ foreign: [], addresses: taken }, RANGE),
    "cni0 has the address 10.244.0.1, wanted none in the pods' range 10.244.0.0/16",
  );
});
