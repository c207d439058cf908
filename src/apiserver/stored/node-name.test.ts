import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { nodeNameIn, nodeNameOf } from "./node-name.ts";

function check(json: string): void {
  assert.equal(nodeNameIn(Buffer.from(json)), nodeNameOf(JSON.parse(json)), json);
}

const pod = (parts: object) => ({ kind: "Pod", apiVersion: "v1", ...parts });

test("the node's name is found without parsing wherever else one stands", () => {
  const name = { nodeName: "n-1" };
  const escaped = { nodeName: 'ü"\\n' };
  for (const object of [
    {},
    { spec: name },
    { spec: escaped },
    { spec: { ...name, containers: [name] } },
    { spec: { containers: [name], ...name }, status: { nodeName: "n-2" } },
    { spec: { containers: [name] } },
    { spec: { template: { spec: name } } },
    { spec: {}, nodeName: "n-2" },
    { spec: null, status: name },
    { spec: { nodeName: null } },
    { spec: { nodeName: "" } },
    { spec: { nodeName: 5, x: name } },
    {
      metadata: { name: "a", labels: name, annotations: { text: JSON.stringify({ spec: name }), spec: '"' } },
      spec: {},
    },
    { metadata: { labels: { nodeName: "n-2", spec: "nodeName" } }, spec: { a: '\\"nodeName":"', b: "\\", ...name } },
    { items: [{ spec: name }] },
    { spec: ["nodeName", name] },
  ]) {
    check(JSON.stringify(pod(object)));
    check(JSON.stringify(pod(object), null, 2));
    check(JSON.stringify(pod(object)).replaceAll('":', '": '));
  }
});

test("it is found in whatever there is", () => {
  const random = seededRandom(7);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random.float() * all.length)]!;
  const value = (depth: number): unknown => {
    const kind = depth > 4 ? 0 : pick([0, 0, 1, 2]);
    if (kind === 0) return pick(["n-1", "", 'a"b', "\\", '\\"', "{", "]", '"nodeName":"x"', 1, true, null]);
    const count = Math.floor(random.float() * 4);
    if (kind === 1) return Array.from({ length: count }, () => value(depth + 1));
    const keys = Array.from({ length: count }, () => pick(["spec", "nodeName", "a", 'q"', "\\"]));
    return Object.fromEntries(keys.map((key) => [key, value(depth + 1)]));
  };
  for (let turn = 0; turn < 3000; turn++)
    check(JSON.stringify(pod({ metadata: value(1), spec: value(1), nodeName: value(1) })));
});
