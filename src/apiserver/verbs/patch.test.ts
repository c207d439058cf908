import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";

type Json = Record<string, any>;
const APPLY = { "content-type": "application/apply-patch+yaml" };
const MERGE = { "content-type": "application/merge-patch+json" };
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
const configMap = (rest: Json) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, ...rest });
const account = (rest: Json) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" }, ...rest });
const managersOf = ({ metadata }: Json) =>
  (metadata.managedFields ?? []).map(({ manager, fieldsV1 }: Json) => [manager, fieldsV1]);

/** What an apply is refused with. */
async function refused(path: string, config: unknown): Promise<string> {
  const { json, close } = await server();
  const { message } = await json(`PATCH ${path}?fieldManager=one`, config, APPLY);
  await close();
  return message;
}

test("an apply is checked against its type before its name", async () => {
  const type = "failed to create typed patch object";
  const misplaced = { name: "b", namespace: "default" };
  assert.equal(
    await refused(`${CONFIG_MAPS}/a`, configMap({ metadata: misplaced, nope: 1 })),
    `${type} (default/b; /v1, Kind=ConfigMap): .nope: field not declared in schema`,
  );
  assert.equal(
    await refused(`${CONFIG_MAPS}/a`, configMap({ metadata: "x" })),
    `${type} (/; /v1, Kind=ConfigMap): .metadata: expected map, got &{x}`,
  );
  assert.equal(
    await refused(`${CONFIG_MAPS}/a`, configMap({ metadata: misplaced })),
    "the name of the object (b) does not match the name on the URL (a)",
  );
  assert.equal(
    await refused(`${CONFIG_MAPS}/a`, configMap({ metadata: {} })),
    "the name of the object (a based on URL) was undeterminable: name must be provided",
  );
});

test("what an apply made and can't be read is the server's failure", async () => {
  const failed =
    "failed to convert new object (/a; policy/v1, Kind=PodDisruptionBudget) to proper version: unable to convert unstructured object to policy/v1, Kind=PodDisruptionBudget: ";
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "a", deletionTimestamp: "soon" },
  };
  const message = await refused("/apis/policy/v1/namespaces/default/poddisruptionbudgets/a", budget);
  assert.ok(message.startsWith(failed), message);
});

test("an element without any of its keys can't be applied", async () => {
  const prefix = "failed to create typed patch object (/a; /v1, Kind=ServiceAccount): .secrets: element 0: ";
  const lacking =
    'associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)';
  assert.equal(await refused(`${ACCOUNTS}/a`, account({ secrets: [{ namespace: "x" }] })), prefix + lacking);
  assert.equal(
    await refused(`${ACCOUNTS}/a`, account({ secrets: [null] })),
    `${prefix}associative list with keys may not have a null element`,
  );
  assert.equal(
    await refused(`${ACCOUNTS}/a`, account({ secrets: ["x"] })),
    `${prefix}associative list with keys may not have non-map elements`,
  );
});

test("a key that isn't given counts as empty where that is its default", async () => {
  const { json, close } = await server();
  const spec = { containers: [{ name: "c", image: "i" }], imagePullSecrets: [{}] };
  const made = await json("POST /api/v1/namespaces/default/podtemplates", {
    metadata: { name: "a" },
    template: { spec },
  });
  const managed = managersOf(made)[0][1]["f:template"]["f:spec"]["f:imagePullSecrets"];
  assert.deepEqual(managed, { ".": {}, 'k:{"name":""}': {} });
  await close();
});

test("a patch can't take the version off where one is needed", async () => {
  const { json, close } = await server();
  const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  await json(`POST ${path}`, { metadata: { name: "a" }, spec: { holderIdentity: "x" } });
  const { message } = await json(`PATCH ${path}/a`, { metadata: { resourceVersion: null } }, MERGE);
  assert.match(message, /metadata.resourceVersion: Invalid value: 0: must be specified for an update/);
  await close();
});

test("nobody manages what a request for a certificate says of itself", async () => {
  const { json, close } = await server();
  const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const made = await json(`POST ${path}`, {
    metadata: { name: "a", labels: { x: "y" } },
    spec: { request: REQUEST, signerName: "example.com/any", usages: ["client auth"] },
  });
  assert.deepEqual(
    managersOf(made).map(([, fields]: Json[]) => fields),
    [{ "f:metadata": { "f:labels": { ".": {}, "f:x": {} } } }],
  );
  await close();
});

test("an object without managers has one once it is applied to, of what its type doesn't always have", async () => {
  const { json, close } = await server();
  const path = "/apis/resource.k8s.io/v1/deviceclasses";
  await json(`POST ${path}`, { metadata: { name: "a" }, spec: {} });
  const type = { apiVersion: "resource.k8s.io/v1", kind: "DeviceClass", metadata: { name: "a" } };
  const applied = await json(`PATCH ${path}/a?fieldManager=one`, type, APPLY);
  assert.deepEqual(managersOf(applied), []);
  await json(`POST ${CONFIG_MAPS}`, configMap({ data: { k: "1" } }));
  await json(`PATCH ${CONFIG_MAPS}/a`, { metadata: { managedFields: [] } }, MERGE);
  const after = await json(`PATCH ${CONFIG_MAPS}/a?fieldManager=one`, configMap({}), APPLY);
  assert.deepEqual(managersOf(after), [["before-first-apply", { "f:data": { ".": {}, "f:k": {} } }]]);
  await close();
});

test("a patch that can't be read says of what kind it isn't", async () => {
  const { json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap({}));
  const says = async (type: string, patch: unknown, query = "") =>
    (await json(`PATCH ${CONFIG_MAPS}/a${query}`, patch, { "content-type": `application/${type}` })).message;
  const [operations, merge] = ["json-patch+json", "merge-patch+json"];
  const cant = "error decoding patch: json: cannot unmarshal";
  const loosely = "?fieldValidation=Ignore";
  assert.equal(await says(operations, {}), `${cant} object into Go value of type []handlers.jsonPatchOp`);
  assert.equal(await says(operations, [1]), `${cant} number into Go value of type handlers.jsonPatchOp`);
  assert.equal(
    await says(operations, [{ op: 1 }]),
    `${cant} number into Go struct field jsonPatchOp.op of type string`,
  );
  assert.equal(
    await says(operations, "x", loosely),
    "json: cannot unmarshal string into Go value of type jsonpatch.Patch",
  );
  assert.equal(await says(merge, []), `${cant} array into Go value of type map[string]interface {}`);
  assert.equal(await says(merge, 1, loosely), "Invalid JSON Patch");
  assert.equal(
    await says(merge, { apiVersion: "" }),
    "the name of the object (a based on URL) was undeterminable: name must be provided",
  );
  assert.match(
    await says(merge, { apiVersion: "apps/v9", kind: "" }),
    /: no kind "ConfigMap" is registered for version/,
  );
  assert.match(await says(merge, { apiVersion: "a/b/c" }), /: unexpected GroupVersion string: a\/b\/c$/);
  assert.match(
    await says(merge, { kind: 5 }),
    /: couldn't get version\/kind; json parse error: json: cannot unmarshal/,
  );
  await close();
});

test("what isn't there can't be applied to as one that was", async () => {
  const about = (metadata: Json) => configMap({ metadata: { name: "a", ...metadata } });
  assert.match(
    await refused(`${CONFIG_MAPS}/a`, about({ uid: "u" })),
    /uid mismatch: the provided object specified uid u/,
  );
  assert.equal(
    await refused(`${CONFIG_MAPS}/a`, about({ resourceVersion: "x" })),
    'strconv.ParseUint: parsing "x": invalid syntax',
  );
});

test("the first write to a new claim is one even if it changes nothing", async () => {
  const { json, close } = await server();
  const path = "/api/v1/namespaces/default/persistentvolumeclaims";
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const made = await json(`POST ${path}`, { metadata: { name: "a" }, spec });
  const again = async () => (await json(`PATCH ${path}/a`, {}, MERGE)).metadata.resourceVersion;
  const first = await again();
  assert.notEqual(first, made.metadata.resourceVersion);
  assert.equal(await again(), first);
  await close();
});

const REQUEST = Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----
MIHTMHoCAQAwGDEKMAgGA1UEAwwBdTEKMAgGA1UECgwBZzBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABGSw+C7okfIZB4cgwQRS+CBf/jY7SQD65TjYulVNBhyTpRib
+ZodA+fTqmw5AR2U8JsEHyVon+8Wj+PR8+7TWpCgADAKBggqhkjOPQQDAgNJADBG
AiEAhVoShwxwCc8uUy4z0wnijkhucXVbZSKVcigA+sxA+gECIQCOVp/+7KXOhPQq
s9sxgW7ovFPbGiW8c0oPgTZjWXaI6A==
-----END CERTIFICATE REQUEST-----
`).toString("base64");

test("who patches what they may not change manages it, where the kind says so", async () => {
  const { json, close } = await server();
  const path = "/api/v1/namespaces/managed";
  const config = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "managed" },
    spec: { finalizers: ["a.b/c"] },
  };
  await json(`PATCH ${path}?fieldManager=one`, config, APPLY);
  const patched = await json(`PATCH ${path}?fieldManager=two`, { spec: { finalizers: ["d.e/f"] } }, MERGE);
  assert.deepEqual(patched.spec.finalizers, ["a.b/c", "kubernetes"]);
  assert.deepEqual(
    patched.metadata.managedFields.map((one: Json) => one.manager),
    ["two"],
  );
  await close();
});

test("a link to itself is not stored with an object", async () => {
  const { json, close } = await server();
  const made = await json("POST /api/v1/namespaces/default/configmaps", { metadata: { name: "linked" } });
  const path = "/api/v1/namespaces/default/configmaps/linked";
  assert.deepEqual(await json(`PATCH ${path}`, { metadata: { selfLink: "/x" } }, MERGE), made);
  await close();
});
