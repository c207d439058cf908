import { own } from "../../base/index.ts";
import {
  badRequest,
  hubOf,
  type KindDefinition,
  type KubeObject,
  type Requirement,
  requirementsMatch,
  behaviorOf,
} from "../../api/index.ts";
import { namespaceInterest, nodeInterest } from "../cacher/cacher.ts";
import type { ListOptions } from "./options.ts";
import { storagePrefix, type StoredObject } from "../stored/stored.ts";

type Selectors = Pick<ListOptions, "labels" | "fields" | "labelSelector" | "fieldSelector">;

/** Which objects of a kind a request is about. */
export interface Selection {
  readonly namespace: string;
  /** The same for selections of a kind that pick the same. */
  readonly key: string;
  /** metadata.name when the request names one. */
  readonly name: string | undefined;
  matches(object: KubeObject): boolean;
  /** The same of what is stored, which is only parsed when its key and bytes don't tell. */
  picks(stored: StoredObject): boolean;
  /** Which changes a watch of it needs to hear of; undefined for all. */
  readonly interest: string | undefined;
  /** Everything in the namespace matches. */
  readonly everything: boolean;
}

/** What a request's namespace, name and selectors pick; 400 for fields that the kind can't be selected by. */
export function selection(kind: KindDefinition, namespace: string, options: Selectors, name?: string): Selection {
  const { labels, fields } = options;
  for (const { key } of fields) if (valueOf(kind, key) === undefined) throw badRequest(unsupported(kind, key));
  const named = name ?? fields.find((one) => one.key === "metadata.name" && one.operator === "=")?.values[0];
  const everything = labels.length === 0 && fields.length === 0 && name === undefined;
  const matches = (object: KubeObject) =>
    (namespace === "" || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    requirementsMatch(labels, object.metadata.labels ?? {}) &&
    fields.every((field) => fieldMatches(kind, field, object));
  const texts = textsOf(labels);
  const node = nodeOf(fields);
  const mayMatch = (stored: StoredObject) =>
    (!node || stored.nodeName === node) && texts.every((text) => stored.mayHold(text));
  // What each node asks for: there is nothing else to look at.
  const isOfNode =
    node !== undefined && node !== "" && fields.length === 1 && labels.length === 0 && name === undefined;
  const shown = (stored: StoredObject) => (kind.custom ? stored.as(kind) : stored);
  const prefix = namespace === "" ? "" : `${storagePrefix(kind)}${namespace}/`;
  const key = [kind.version, namespace, name ?? "", options.labelSelector, options.fieldSelector].join("\n");
  return {
    namespace,
    key,
    name: named,
    everything,
    interest: interestOf(namespace, fields),
    matches,
    picks: (stored) =>
      stored.entry.key.startsWith(prefix) &&
      (everything || (mayMatch(stored) && (isOfNode || matches(shown(stored).object)))),
  };
}

/** What the JSON of every object that matches holds: labels with plain texts, which stand there as they are. */
function textsOf(labels: readonly Requirement[]): Buffer[] {
  return labels.flatMap(({ key, operator, values }) => {
    const isOne = operator === "=" || (operator === "in" && values.length === 1);
    const [value = ""] = values;
    return isOne && PLAIN_TEXT.test(key) && PLAIN_TEXT.test(value) ? [Buffer.from(`"${key}":"${value}"`)] : [];
  });
}

const PLAIN_TEXT = /^[\w./-]+$/;

function nodeOf(fields: readonly Requirement[]): string | undefined {
  return fields.find(({ key, operator }) => key === "spec.nodeName" && operator === "=")?.values[0];
}

function interestOf(namespace: string, fields: readonly Requirement[]): string | undefined {
  const node = nodeOf(fields);
  if (node) return nodeInterest(node);
  return namespace === "" ? undefined : namespaceInterest(namespace);
}

/** Kinds with selectors of their own say less than those that have none. */
function unsupported(kind: KindDefinition, key: string): string {
  const { unselectableField, selectableFields } = behaviorOf(kind);
  if (unselectableField) return unselectableField(key);
  return selectableFields
    ? `field label not supported: ${key}`
    : `${JSON.stringify(key)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function fieldMatches(kind: KindDefinition, { key, operator, values }: Requirement, object: KubeObject): boolean {
  const value = valueOf(kind, key)!(object);
  return (value === values[0]) === (operator === "=");
}

function takesNamespace(kind: KindDefinition): boolean {
  const { selectableFields, selectsNamespace = true } = behaviorOf(kind);
  return (kind.scope === "Namespaced" && selectsNamespace) || !selectableFields;
}

function valueOf(kind: KindDefinition, key: string): ((object: KubeObject) => string) | undefined {
  if (key === "metadata.name") return (object) => object.metadata.name;
  // Cluster kinds without selectors of their own take it too, though they have none.
  if (key === "metadata.namespace" && takesNamespace(kind)) return (object) => object.metadata.namespace ?? "";
  const { selectableFields } = behaviorOf(kind);
  // Versions that say nothing of their own select by the fields of the stored one, whose objects all of them match.
  if (kind.storage && !selectableFields) return valueOf(hubOf(kind), key);
  return own(selectableFields, key);
}
