import { KEPT_WITH_STATUS, type KubeObject } from "../../api/index.ts";
import { own } from "../../base/index.ts";
import { copyJson } from "../../schema/index.ts";

type Json = Record<string, unknown>;
type Meta = Record<string, unknown>;

interface Narrowing {
  readonly object: Json;
  readonly old: KubeObject;
  readonly subresource: string;
  /** Metadata that stays too. */
  readonly keeps: "metadata" | readonly string[];
}

/** An update of a subresource changes that part only (and, for status, metadata that managers own). */
export function keepAllBut({ object, old, subresource, keeps }: Narrowing): void {
  const before = copyJson(old) as unknown as Json;
  for (const key of new Set([...Object.keys(object), ...Object.keys(before)])) {
    if (key === subresource || key === "metadata") continue;
    const value = own(before, key);
    if (value === undefined) delete object[key];
    else object[key] = value;
  }
  const sent = object.metadata as Meta;
  const { managedFields } = sent;
  const metadata = before.metadata as Meta;
  delete metadata.resourceVersion;
  if (keeps !== "metadata") {
    for (const key of SENT_WITH_STATUS) {
      if (keeps.includes(key)) continue;
      if (sent[key] === undefined) delete metadata[key];
      else metadata[key] = sent[key];
    }
  }
  if (managedFields === undefined) delete metadata.managedFields;
  else metadata.managedFields = managedFields;
  object.metadata = metadata;
}

const SENT_WITH_STATUS = [...KEPT_WITH_STATUS, "uid", "generateName", "deletionGracePeriodSeconds"];

interface Part extends Pick<Narrowing, "keeps"> {
  /** What the spec becomes. */
  readonly of: (wanted: Json, old: Json) => Json;
}

/** Subresources that change a part of the spec. */
export const SPEC_PARTS: Readonly<Record<string, Part>> = {
  finalize: { keeps: [], of: (wanted) => wanted },
  scale: { keeps: "metadata", of: (wanted, old) => ({ ...old, replicas: wanted.replicas }) },
  ephemeralcontainers: {
    keeps: KEPT_WITH_STATUS,
    of: ({ ephemeralContainers }, old) => ({ ...old, ephemeralContainers }),
  },
  resize: {
    keeps: KEPT_WITH_STATUS,
    of: (wanted, old) => ({
      ...old,
      resources: wanted.resources,
      containers: withResources(old.containers, wanted.containers),
      initContainers: withResources(old.initContainers, wanted.initContainers),
    }),
  },
};

/** The containers as they were, with other resources. One that isn't in its place stays, so that validation can tell of it. */
function withResources(old: unknown, wanted: unknown): Json[] | undefined {
  const before = (old ?? []) as Json[];
  return (wanted as Json[] | undefined)?.map((container, index) => {
    const { resources, resizePolicy, name } = container;
    return before[index]?.name === name ? { ...before[index], resources, resizePolicy } : container;
  });
}

/** Puts back everything but one part of the spec. */
export function narrowSpec(object: Json, old: KubeObject, part: Part): void {
  const spec = part.of((object.spec ?? {}) as Json, ((old as unknown as Json).spec ?? {}) as Json);
  keepAllBut({ object, old, subresource: "spec", keeps: part.keeps });
  object.spec = copyJson(spec);
}
