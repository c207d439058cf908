import type { Ask } from "./exchange.ts";

type Json = Record<string, unknown>;

const text = { type: "string" };
const integer = { type: "integer" };
const element = (properties: Json, more: Json = {}) => ({ type: "object", properties, ...more });

/** A schema with every way in which maps and lists merge, defaults in keys, and values that nothing is said of. */
const SPEC = element({
  set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
  numbers: { type: "array", items: integer, "x-kubernetes-list-type": "set" },
  plain: { type: "array", items: element({ name: text, value: text }) },
  atomic: { type: "array", items: element({ name: text, value: text }), "x-kubernetes-list-type": "atomic" },
  byName: {
    type: "array",
    items: element({ name: text, value: text, inner: element({ a: text, b: text }) }, { required: ["name"] }),
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
  },
  byTwo: {
    type: "array",
    items: element(
      {
        port: integer,
        protocol: { ...text, default: "TCP" },
        value: text,
        tags: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      },
      { required: ["port"] },
    ),
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["port", "protocol"],
  },
  whole: element({ a: text, b: text }, { "x-kubernetes-map-type": "atomic" }),
  granular: element({ a: text, b: text, c: { ...text, default: "c" } }, { "x-kubernetes-map-type": "granular" }),
  named: { type: "object", additionalProperties: text },
  namedObjects: { type: "object", additionalProperties: element({ a: text, b: integer }) },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  either: { "x-kubernetes-int-or-string": true },
  replicas: { ...integer, default: 1, minimum: 0 },
  maybe: { ...text, nullable: true },
  on: { type: "boolean" },
  rate: { type: "number" },
});

/** Makes a definition of a kind whose group has `id` in it; the path of its lists in a namespace, and its type. */
export async function defineWidgets(
  ask: Ask,
  id: string,
): Promise<{ base: string; apiVersion: string; kind: string; plural: string }> {
  const group = `${id}.example.com`;
  const status = element({
    replicas: integer,
    selector: text,
    note: text,
    conditions: { ...(SPEC.properties.byName as Json) },
  });
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: element({ spec: SPEC, status }) },
    subresources: {
      status: {},
      scale: {
        specReplicasPath: ".spec.replicas",
        statusReplicasPath: ".status.replicas",
        labelSelectorPath: ".status.selector",
      },
    },
    additionalPrinterColumns: [
      { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
      { name: "On", type: "boolean", jsonPath: ".spec.on", priority: 1 },
      { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    ],
    selectableFields: [{ jsonPath: ".spec.replicas" }, { jsonPath: ".spec.maybe" }],
  });
  await ask({
    do: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    body: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: {
          plural: "widgets",
          singular: "widget",
          kind: "Widget",
          listKind: "WidgetList",
          shortNames: [`w${id}`],
        },
        versions: [version("v1", true), version("v1beta1", false)],
      },
    },
  });
  return { base: `/apis/${group}/v1`, apiVersion: `${group}/v1`, kind: "Widget", plural: "widgets" };
}
