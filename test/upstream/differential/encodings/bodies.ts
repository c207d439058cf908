import { groupVersion, type KindDefinition } from "../../../../src/api/index.ts";
import type { Random } from "../../../../src/base/index.ts";
import { encodeProto, type StructNode } from "../../../../src/schema/index.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { damagedMessage } from "./damage.ts";
import { oddJson } from "./json-text.ts";
import { envelope, MAGIC, varint } from "./wire.ts";
import { oddYaml, yamlOf } from "./yaml-text.ts";

export const JSON_TYPE = "application/json";
export const YAML = "application/yaml";
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** A body, what it is announced as, and what of it is the same on both servers. */
export type Body = Required<Pick<Request, "type" | "body" | "means">>;

/** What a body is made of. */
export interface Wanted {
  readonly value: unknown;
  readonly struct: StructNode;
  readonly apiVersion: string;
  readonly kind: string;
}

export function wanted(kind: KindDefinition, value: unknown): Wanted {
  return { value, struct: kind.struct, apiVersion: groupVersion(kind), kind: kind.kind };
}

/** A body as a client writes it. */
export function plainBody(one: Wanted, random: Random): Body {
  return random.float() < 0.5 ? protobuf(one) : yaml(one, yamlOf(one.value, random));
}

/** The same, with something odd about it, or announced as something else. */
export function oddBody(one: Wanted, random: Random): Body {
  const draw = random.float();
  if (draw < 0.3) return oddProtobuf(one, random);
  if (draw < 0.52) {
    const { value } = one;
    return { type: JSON_TYPE, body: oddJson(JSON.stringify(value), random), means: { json: value } };
  }
  if (draw < 0.75) return yaml(one, oddYaml(yamlOf(one.value, random), random));
  const body = draw < 0.8 ? { ...plainBody(one, random), body: JSON.stringify(one.value) } : plainBody(one, random);
  return { ...body, type: pick(TYPES, random) };
}

function yaml({ value }: Wanted, text: string): Body {
  return { type: YAML, body: text, means: { yaml: value } };
}

function protobuf(one: Wanted): Body {
  const { value, apiVersion, kind } = one;
  const raw = messageFor(one);
  return raw === undefined
    ? { type: JSON_TYPE, body: JSON.stringify(value), means: { json: value } }
    : { type: PROTOBUF, body: envelope({ apiVersion, kind, raw }), means: { protobuf: value } };
}

/** Undefined for a value that has no such form. */
function messageFor({ struct, value }: Wanted): Buffer | undefined {
  try {
    return Buffer.from(encodeProto(struct, value as Record<string, unknown>));
  } catch {
    return undefined;
  }
}

function oddProtobuf(one: Wanted, random: Random): Body {
  const { value, struct, apiVersion, kind } = one;
  const raw = messageFor(one) ?? Buffer.alloc(0);
  const whole = { apiVersion, kind, raw };
  const body =
    random.float() < 0.5
      ? envelope({ ...whole, raw: damagedMessage(raw, struct, random) })
      : pick(ENVELOPES, random)(whole, random);
  return { type: PROTOBUF, body, means: { damaged: value } };
}

type Whole = { readonly apiVersion: string; readonly kind: string; readonly raw: Buffer };

const KINDS = ["Other", "Pod", "PodList", "DeleteOptions", "Status", "Scale", "", "é"];
const VERSIONS = ["v1", "v9", "apps/v1", "a/b/c", "", "extensions/v1beta1", "meta.k8s.io/v1", "/", "batch/v2alpha1"];

const ENVELOPES: readonly ((whole: Whole, random: Random) => Buffer)[] = [
  (whole, random) => envelope({ ...whole, kind: pick(KINDS, random) }),
  (whole, random) => envelope({ ...whole, apiVersion: pick(VERSIONS, random) }),
  (whole, random) => envelope({ ...whole, apiVersion: pick(VERSIONS, random), kind: pick(KINDS, random) }),
  ({ raw }) => envelope({ raw }),
  ({ kind, raw }) => envelope({ kind, raw }),
  ({ apiVersion, raw }) => envelope({ apiVersion, raw }),
  ({ apiVersion, kind }) => envelope({ apiVersion, kind }),
  ({ apiVersion, kind }) => envelope({ apiVersion, kind, raw: Buffer.alloc(0) }),
  (whole, random) => envelope({ ...whole, contentEncoding: pick(["", "gzip", "x"], random) }),
  (whole, random) => envelope({ ...whole, contentType: pick(["", "application/json", PROTOBUF, "x"], random) }),
  (whole, random) => cut(envelope(whole), random),
  (whole, random) => {
    const bytes = envelope(whole);
    bytes[random.int(Math.min(60, bytes.length))]! ^= 1 << random.int(8);
    return bytes;
  },
  (whole) => Buffer.concat([envelope(whole), Buffer.from("x")]),
  (whole) => Buffer.concat([envelope(whole), varint(9n * 8n), varint(5n)]),
  (whole) => Buffer.concat([envelope(whole), envelope(whole).subarray(4)]),
  (whole) => Buffer.concat([MAGIC, envelope(whole)]),
  ({ raw }) => raw,
  ({ raw }) => Buffer.concat([MAGIC, raw]),
  () => MAGIC,
  () => MAGIC.subarray(0, 3),
  () => Buffer.alloc(0),
  () => Buffer.concat([MAGIC, Buffer.from([0])]),
  () => Buffer.from("{}"),
  () => Buffer.from("kind: x"),
];

const cut = (bytes: Buffer, random: Random) => bytes.subarray(0, random.int(bytes.length));

/** What a body may be said to be, rightly or wrongly. */
export const TYPES: readonly string[] = [
  ...[
    JSON_TYPE,
    YAML,
    PROTOBUF,
    "",
    "text/plain",
    "text/yaml",
    "application/x-yaml",
    "application/cbor",
    "*/*",
    "garbage",
  ],
  ...[`${YAML}; charset=utf-8`, `${YAML};charset=latin1`, `${PROTOBUF}; charset=utf-8`, `${JSON_TYPE}; charset=utf-8`],
  ...[
    "Application/YAML",
    "APPLICATION/JSON",
    ` ${YAML}`,
    `${YAML};stream=watch`,
    `${JSON_TYPE},${YAML}`,
    `${YAML}, ${JSON_TYPE}`,
  ],
  ...[
    `${JSON_TYPE};`,
    `${YAML};x`,
    `${YAML};x=`,
    `${YAML};x="y`,
    `${JSON_TYPE} x`,
    "application/",
    "/json",
    "application/json/x",
    ";",
  ],
  ...[
    "application/apply-patch+yaml",
    "application/merge-patch+json",
    "application/json-patch+json",
    "multipart/form-data; boundary=x",
  ],
  ...[
    "application/x-www-form-urlencoded",
    `${PROTOBUF};stream=watch`,
    `${PROTOBUF};type=x`,
    "application/octet-stream",
  ],
];
