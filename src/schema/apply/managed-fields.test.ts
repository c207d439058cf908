import assert from "node:assert/strict";
import { test } from "node:test";
import { int32, list, map, ref, scalar, string, struct } from "../dsl.ts";
import { fieldsAt } from "./field-set.ts";
import { applyConfig, ApplyConflictError, areManagers, managedAfterUpdate } from "./managed-fields.ts";
import { parseJson } from "../json/parse.ts";
import { ApplyTypeError } from "../typed.ts";

type Json = Record<string, any>;
const Probe = struct("test.Probe", () => ({ port: int32(1), period: int32(2) }));
const Spec = struct("test.Spec", () => ({
  replicas: int32(1),
  words: list(2, scalar.string, { list: "set" }),
  probe: ref(3, Probe),
  extra: string(4),
}));
const Meta = struct("test.Meta", () => ({ name: string(1), annotations: map(2, scalar.string), uid: string(3) }));
const Thing = struct("test.Thing", () => ({
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, Meta),
  spec: ref(2, Spec),
  status: map(3, scalar.string),
}));
const type = { apiVersion: "v1", kind: "Thing" };
const versions = () => ({ struct: Thing });
const write = (manager: string, now = "T1") => ({ manager, apiVersion: "v1", subresource: "", now });
const apply = (live: Json | undefined, config: Json, manager: string, force = false): Json =>
  applyConfig({
    struct: Thing,
    live,
    config: { ...type, metadata: { name: "a" }, ...config },
    write: write(manager),
    versions,
    blank: { ...type, metadata: {} },
    ignored: fieldsAt(["status"]),
    force,
  });
const managersOf = (object: Json) =>
  object.metadata.managedFields.map((one: Json) => [one.manager, one.time, one.fieldsV1]);

test("who joins what is there already has no time; who changes it has", () => {
  const one = apply(undefined, { spec: { replicas: 1 } }, "one");
  const two = apply(one, { spec: { replicas: 1 } }, "two");
  const fields = { "f:spec": { "f:replicas": {} } };
  assert.deepEqual(managersOf(two), [
    ["two", undefined, fields],
    ["one", "T1", fields],
  ]);
});

test("what another manager has is a conflict, unless forced", () => {
  const one = apply(undefined, { spec: { replicas: 1 } }, "one");
  assert.throws(() => apply(one, { spec: { replicas: 2 } }, "two"), ApplyConflictError);
  const forced = apply(one, { spec: { replicas: 2 } }, "two", true);
  assert.deepEqual(managersOf(forced), [["two", "T1", { "f:spec": { "f:replicas": {} } }]]);
});

test("conflicts with several managers are told of by manager, in order of their names", () => {
  const one = apply(apply(undefined, { spec: { replicas: 1 } }, "two"), { spec: { replicas: 1, extra: "a" } }, "one");
  const message =
    'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.extra\n- .spec.replicas\nconflicts with "two":\n- .spec.replicas';
  assert.throws(() => apply(one, { spec: { replicas: 2, extra: "b" } }, "three"), { message });
});

test("conflicts at one level are told of before those below", () => {
  const Deep = struct("test.Deep", () => ({
    apiVersion: string(0),
    kind: string(0),
    metadata: ref(1, Meta),
    below: ref(2, Spec),
    zone: string(3),
  }));
  const put = (config: Json, manager: string) => (live: Json | undefined) =>
    applyConfig({
      struct: Deep,
      live,
      config: { ...type, metadata: { name: "a" }, ...config },
      write: write(manager),
      versions: () => ({ struct: Deep }),
      blank: { ...type, metadata: {} },
      ignored: fieldsAt([]),
      force: false,
    });
  const one = put({ below: { replicas: 1 }, zone: "a" }, "one")(undefined);
  const message = 'Apply failed with 2 conflicts: conflicts with "one":\n- .zone\n- .below.replicas';
  assert.throws(() => put({ below: { replicas: 2 }, zone: "b" }, "two")(one), { message });
});

test("a map that is applied empty stays and is managed, a list isn't managed and goes", () => {
  const one = apply(undefined, { spec: { probe: { port: 1 }, words: ["a"] } }, "one");
  const two = apply(one, { spec: { probe: {}, words: [] } }, "one");
  assert.deepEqual(two.spec, { probe: {} });
  assert.deepEqual(managersOf(two), [["one", "T1", { "f:spec": { "f:probe": {} } }]]);
});

test("a map whose parts go stays for who owns it", () => {
  const one = apply(undefined, { spec: { probe: { port: 1 } } }, "one");
  const two = apply(one, { spec: { probe: {} } }, "two");
  const left = apply(two, { spec: {} }, "one");
  assert.deepEqual(left.spec, { probe: {} });
  assert.deepEqual(
    (managersOf(left) as string[][]).map(([name]) => name),
    ["two", "one"],
  );
});

test("of several entries of one manager the last one counts", () => {
  const one = apply(undefined, { spec: { replicas: 1 } }, "one");
  const [entry] = one.metadata.managedFields;
  one.metadata.managedFields = [entry, { ...entry, fieldsV1: { "f:spec": { "f:words": {} } } }];
  assert.equal(apply(one, { spec: { replicas: 2 } }, "two").spec.replicas, 2);
});

test("kubectl takes over what it applied before from its own updates", () => {
  const annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ ...type, spec: { replicas: 1 } }),
  };
  const empty = { ...type, metadata: {} };
  const live: Json = { ...type, metadata: { name: "a", annotations }, spec: { replicas: 1 } };
  live.metadata.managedFields = managedAfterUpdate({
    struct: Thing,
    before: empty,
    after: live,
    write: write("kubectl-client-side-apply"),
    versions,
  });
  assert.equal(apply(live, { spec: { replicas: 2 } }, "kubectl").spec.replicas, 2);
  assert.throws(() => apply(live, { spec: { replicas: 2 } }, "other"), ApplyConflictError);
});

test("an object without managers gets one for what it had before the first apply, and none by updates", () => {
  const live = { ...type, metadata: { name: "a", uid: "u" }, spec: { replicas: 1 } };
  const applied = apply(live, { spec: { words: ["x"] } }, "one");
  assert.deepEqual(
    managersOf(applied).map(([manager]: [string]) => manager),
    ["one", "before-first-apply"],
  );
  const after = { ...live, spec: { replicas: 2 } };
  assert.deepEqual(managedAfterUpdate({ struct: Thing, before: live, after, write: write("two"), versions }), []);
});

test("sets keep the order of the configuration; what an ignored field says isn't managed", () => {
  const one = apply(undefined, { spec: { words: ["a"] }, status: { x: "1" } }, "one");
  const two = apply(one, { spec: { words: ["b", "a"] } }, "two");
  assert.deepEqual(two.spec.words, ["b", "a"]);
  assert.deepEqual(managersOf(one), [["one", "T1", { "f:spec": { "f:words": { 'v:"a"': {} } } }]]);
});

test("a configuration of another type is told of with all its problems", () => {
  const config = { spec: { replicas: "x", words: ["a", "a"], nope: 1 } };
  assert.throws(
    () => apply(undefined, config, "one"),
    (error: Error) => {
      assert.ok(error instanceof ApplyTypeError);
      assert.equal(
        error.message,
        'errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.words: duplicate entries for key [="a"]\n  .spec.nope: field not declared in schema',
      );
      return true;
    },
  );
});

test("what nobody applied stays in a container that is applied empty once more", () => {
  const first = apply(undefined, { spec: {} }, "one");
  const live = { ...first, spec: { words: ["w"] } };
  assert.deepEqual(apply(live, { spec: {} }, "one").spec, { words: ["w"] });
});

test("values in messages look as in the original", () => {
  const problem = (value: unknown) => {
    try {
      apply(undefined, { spec: { extra: value } }, "one");
    } catch (error) {
      return /Value:(.*)\}$/.exec((error as Error).message)?.[1];
    }
    return undefined;
  };
  const { value } = parseJson("[null, 100000000000000000000, 9007199254740993]");
  assert.equal(problem(value), "[]interface {}{interface {}(nil), 1e+20, 9007199254740993}");
});

test("a field goes with its defaults once nobody owns a part of it; what was never applied stays", () => {
  const one = apply(undefined, { spec: { replicas: 1, probe: { port: 80 } } }, "one");
  const live = { ...one, spec: { ...one.spec, probe: { port: 80, period: 10 }, extra: "x" } };
  assert.deepEqual(apply(live, { spec: { replicas: 1 } }, "one").spec, { replicas: 1, extra: "x" });
  const shared = apply(live, { spec: { probe: { period: 10 } } }, "two");
  assert.deepEqual(apply(shared, { spec: { replicas: 1 } }, "one").spec.probe, { period: 10 });
});

test("managers that a client gives are read as a whole or not at all", () => {
  const entry = { manager: "m", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" };
  const good = { "f:a": { ".": {}, 'k:{"name":"x"}': {}, 'v:"x"': {}, "i:0": {}, "z:later": {} } };
  assert.ok(areManagers([entry, { ...entry, fieldsV1: good }]));
  for (const fieldsV1 of [{ a: {} }, { "f:a": 1 }, { "k:x": {} }, { "k:1": {} }, { "i:x": {} }, "x"])
    assert.ok(!areManagers([entry, { ...entry, fieldsV1 }]), JSON.stringify(fieldsV1));
  for (const wrong of [{ operation: "Delete" }, { apiVersion: "" }, { fieldsType: "FieldsV2" }])
    assert.ok(!areManagers([{ ...entry, ...wrong }]), JSON.stringify(wrong));
});

test("applied elements come among those of others in their order", () => {
  const order = (before: string[], wanted: string[]) => {
    const live = apply(undefined, { spec: { words: before } }, "one");
    return apply(live, { spec: { words: wanted } }, "two").spec.words.join("");
  };
  assert.equal(order(["a", "b", "c"], ["b", "a"]), "bca");
  assert.equal(order(["a", "b", "c"], ["x", "c"]), "abxc");
  assert.equal(order(["a", "b", "c"], ["b", "d", "x", "a"]), "bcdxa");
});

test("null and an empty list are told apart, what several elements share is one whole", () => {
  const managed = (before: unknown, after: unknown) =>
    managedAfterUpdate({
      struct: Thing,
      before: { ...type, metadata: { name: "a" }, spec: { words: before } },
      after: { ...type, metadata: { name: "a" }, spec: { words: after } },
      write: write("one"),
      versions,
    }).map(({ fieldsV1 }) => fieldsV1);
  assert.deepEqual(managed(null, []), [{ "f:spec": { "f:words": {} } }]);
  assert.deepEqual(managed(["a"], null), []);
  assert.deepEqual(managed(["a"], ["a", "a"]), [{ "f:spec": { "f:words": { 'v:"a"': {} } } }]);
});

test("keys of a map are managed beside what is in their values", () => {
  const Deep = struct("test.Deep", () => ({
    apiVersion: string(0),
    kind: string(0),
    metadata: ref(1, Meta),
    byName: map(2, Spec),
  }));
  const { metadata } = applyConfig({
    struct: Deep,
    live: undefined,
    config: { ...type, metadata: { name: "a" }, byName: { x: { replicas: 1 } } },
    write: write("one"),
    versions: () => ({ struct: Deep }),
    blank: { ...type, metadata: {} },
    ignored: fieldsAt([]),
    force: false,
  }) as Json;
  assert.deepEqual(metadata.managedFields[0].fieldsV1, { "f:byName": { "f:x": { ".": {}, "f:replicas": {} } } });
});

test("nobody manages an object with an element that has none of its list's keys, nor can it be applied to", () => {
  const Part = struct("test.Part", () => ({ name: string(1), port: int32(2) }));
  const Parted = struct("test.Parted", () => ({
    metadata: ref(1, Meta),
    parts: list(2, Part, { list: "map", keys: ["name"] }),
  }));
  const before = { metadata: { name: "a" } };
  const update = (parts: Json[]) =>
    managedAfterUpdate({ struct: Parted, before, after: { ...before, parts }, write: write("one"), versions });
  assert.equal(update([{ name: "x" }]).length, 1);
  assert.deepEqual(update([{ name: "x" }, { port: 1 }]), []);
  const live = { metadata: { name: "a" }, parts: [{ port: 1 }] };
  const config = { metadata: { name: "a" }, parts: [{ name: "y" }] };
  const input = { struct: Parted, live, config, write: write("one"), versions, blank: before, ignored: fieldsAt([]) };
  assert.throws(() => applyConfig({ ...input, force: false }), {
    message:
      '.parts: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
  });
});
