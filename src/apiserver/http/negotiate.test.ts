import assert from "node:assert/strict";
import { test } from "node:test";
import { aggregatedForm, escapingOf, negotiate, refuseUnwritable } from "./negotiate.ts";

const OFFER = { views: true };
const TYPES = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

test("who names no type that something is written in is refused, whatever the view", () => {
  for (const accept of [undefined, "", "*/*", "text/html, application/yaml", "application/json;as=Nope"])
    assert.doesNotThrow(() => refuseUnwritable(accept, {}));
  for (const accept of ["text/html", "application/*", "Application/JSON"])
    assert.throws(() => refuseUnwritable(accept, {}), {
      message: `406: Not Acceptable\n\nAvailable representations: ${TYPES}`,
    });
});

test("a view that doesn't exist is told of in other words than a type that nothing is written in", () => {
  const message = `only the following media types are accepted: ${TYPES}`;
  for (const accept of [
    "application/json;as=Nope;v=v1;g=meta.k8s.io",
    "application/json;sv=v2",
    "application/yaml;stream=watch",
  ])
    assert.throws(() => negotiate(accept, OFFER, false), { message });
  assert.throws(() => negotiate("text/html", { views: false, unrouted: true }, false), { message });
});

test("clauses go by quality, then by how much they say", () => {
  const chosen = (accept: string) => negotiate(accept, OFFER, false).encoding;
  assert.equal(chosen("application/json;q=0.5,application/yaml"), "yaml");
  assert.equal(chosen("*/*,application/yaml"), "yaml");
  assert.equal(chosen("application/yaml;q=x,application/json;q=0.1"), "json");
  assert.equal(chosen("application/*,application/json;as=Nope"), "json");
});

test("aggregated discovery is taken wherever it stands", () => {
  const form = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  assert.deepEqual(aggregatedForm(`application/json,application/yaml;${form}`), { encoding: "yaml", pretty: false });
  assert.deepEqual(aggregatedForm(`*/*;${form}`), { encoding: "json", pretty: false });
  assert.equal(aggregatedForm("application/json"), undefined);
  assert.equal(aggregatedForm(`application/json;${form.replace("v2", "v2beta1")}`), undefined);
});

test("the one version of the server's own types may be asked for, where there are views", () => {
  assert.equal(negotiate("application/yaml;sv=v1", OFFER, false).encoding, "yaml");
  assert.throws(() => negotiate("application/yaml;sv=v1", { views: false }, false));
});

test("metrics are told in the way of writing names that is asked for first", () => {
  assert.equal(escapingOf(undefined), "underscores");
  assert.equal(escapingOf("text/plain; version=1.0.0; escaping=allow-utf-8"), "allow-utf-8");
  assert.equal(escapingOf("text/plain;escaping=dots,application/openmetrics-text;escaping=values;q=0.5"), "dots");
  assert.equal(escapingOf("text/plain;escaping=other"), "underscores");
});
