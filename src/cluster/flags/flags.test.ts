import assert from "node:assert/strict";
import { test } from "node:test";
import { FLAG_TABLES, flagTexts, parseFlags } from "./index.ts";
import { wordsOf } from "../components/kubelet-config.ts";

const scheduler = (...words: string[]) => parseFlags(words, { component: "scheduler", table: FLAG_TABLES.scheduler });
const apiserver = (...words: string[]) => parseFlags(words, { component: "apiserver", table: FLAG_TABLES.apiserver });

test("values stand behind = or in the next word, and a bare switch is true", () => {
  assert.deepEqual(scheduler("--secure-port=1", "--leader-elect", "--kubeconfig", "/k", "--kube-api-qps", "2.5"), {
    "secure-port": 1,
    "leader-elect": true,
    kubeconfig: "/k",
    "kube-api-qps": 2.5,
  });
  assert.deepEqual(scheduler("--leader-elect=false", "--leader-elect-lease-duration=1m30s"), {
    "leader-elect": false,
    "leader-elect-lease-duration": 90_000,
  });
});

test("lists add up, what isn't a list is said last", () => {
  const flags = apiserver(
    "--etcd-servers=http://a:1,http://b:2",
    "--etcd-servers=http://c:3",
    "--service-account-issuer=x,y",
    "--service-account-issuer=z",
    "--secure-port=1",
    "--secure-port=2",
  );
  assert.deepEqual(flags, {
    "etcd-servers": ["http://a:1", "http://b:2", "http://c:3"],
    "service-account-issuer": ["x,y", "z"],
    "secure-port": 2,
  });
});

test("what can't be understood is said in one sentence", () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["--secure-port=x"], /^read --secure-port: got "x", wanted a number from 0 to 65535$/],
    [["--secure-port"], /^read --secure-port: got nothing, wanted a number/],
    [["--leader-elect=perhaps"], /wanted true or false$/],
    [["--leader-elect-retry-period=5"], /wanted a duration/],
    [["--config=x"], /Kubernetes has this flag of scheduler, Navarch has not built it yet$/],
    [["--colour=red"], /scheduler has no flag --colour here$/],
    [["--leader-elect-lease=1s"], /has no flag --leader-elect-lease here, there is --leader-elect/],
    [["word"], /got "word", wanted --FLAG=VALUE$/],
    [["--__proto__=1"], /wanted --FLAG=VALUE$/],
    [["--constructor=1"], /has no flag --constructor here$/],
  ];
  for (const [words, message] of cases) assert.throws(() => scheduler(...words), { name: "ConfigError", message });
});

test("a kubelet's configuration file says the same as flags, and nothing in it is passed over", () => {
  const head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
  const text = `${head}maxPods: 5\nauthentication: {anonymous: {enabled: false}}\nclusterDNS: [10.0.0.1, 10.0.0.2]\nkubeReserved: {cpu: 1}\n`;
  assert.deepEqual(wordsOf(text, "f"), [
    "--max-pods=5",
    "--anonymous-auth=false",
    "--cluster-dns=10.0.0.1,10.0.0.2",
    "--kube-reserved=cpu=1",
  ]);
  assert.throws(() => wordsOf(`${head}memorySwap: {swapBehavior: LimitedSwap}\n`, "f"), /memorySwap.swapBehavior in f/);
  assert.throws(() => wordsOf("kind: Pod\n", "f"), /not a KubeletConfiguration/);
});

test("flags are shown as the original shows them", () => {
  const flags = parseFlags(["--event-ttl=90m", "--api-audiences=a,b", "--kubelet-timeout=1500ms", "--secure-port=1"], {
    component: "apiserver",
    table: FLAG_TABLES.apiserver,
  });
  assert.deepEqual(flagTexts(flags, FLAG_TABLES.apiserver), {
    "event-ttl": "1h30m0s",
    "api-audiences": "[a,b]",
    "kubelet-timeout": "1.5s",
    "secure-port": "1",
  });
});
