import type { Random } from "../../../../src/base/index.ts";
import { pick } from "../mutate.ts";
import { JSON_TYPE, PROTOBUF, YAML } from "./bodies.ts";

const FORMS = [JSON_TYPE, YAML, PROTOBUF];
const VIEWS = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];
const ODD = [
  ...[
    "*/*",
    "application/*",
    "*",
    "text/html",
    "text/*",
    "",
    "garbage",
    ";",
    ",",
    "application/cbor",
    "application/json;stream=watch",
  ],
  ...[
    `${PROTOBUF};stream=watch`,
    `${YAML};stream=watch`,
    `${JSON_TYPE};pretty=1`,
    `${YAML};pretty=1`,
    "Application/JSON",
    "application/YAML",
  ],
  ...[
    `${JSON_TYPE}; charset=utf-8`,
    `${YAML};charset=utf-8`,
    `${JSON_TYPE};as=Table`,
    `${JSON_TYPE};as=Nope;v=v1;g=meta.k8s.io`,
  ],
  ...[
    `${JSON_TYPE};as=Table;v=v2;g=meta.k8s.io`,
    `${JSON_TYPE};as=Table;v=v1;g=x`,
    `${JSON_TYPE};v=v1`,
    `${JSON_TYPE};g=meta.k8s.io;v=v1`,
  ],
  ...[
    `${JSON_TYPE};as=Status;v=v1;g=meta.k8s.io`,
    `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io`,
    `*/*;as=Table;v=v1;g=meta.k8s.io`,
    `${JSON_TYPE};sv=v1`,
  ],
  ...[
    `application/*;as=PartialObjectMetadata;v=v1;g=meta.k8s.io`,
    `${JSON_TYPE};as="Table";v=v1;g=meta.k8s.io`,
    `${JSON_TYPE}; as=Table ; v=v1 ; g=meta.k8s.io`,
  ],
];
const QUALITIES = [
  ";q=0",
  ";q=0.1",
  ";q=0.5",
  ";q=0.9",
  ";q=1",
  "; q=0.7",
  ";q=x",
  ";q=1.5",
  ";q=-1",
  ";q=",
  ";q",
  ";Q=0.5",
  ";q=0.5;q=0.9",
];

const view = (form: string, as: string, version: string) => `${form};as=${as};v=${version};g=meta.k8s.io`;

/** What a client takes: mostly one of the forms, whole or as a view, sometimes one of several, with qualities. */
export function acceptOf(random: Random): string {
  const draw = random.float();
  if (draw < 0.4) return clause(random);
  if (draw < 0.6) return pick(ODD, random);
  return Array.from({ length: draw < 0.85 ? 2 : 3 }, () => {
    const one = random.float() < 0.7 ? clause(random) : pick(ODD, random);
    return one + (random.float() < 0.5 ? pick(QUALITIES, random) : "");
  }).join(pick([",", ", ", " , "], random));
}

function clause(random: Random): string {
  const form = pick(FORMS, random);
  return random.float() < 0.4 ? form : view(form, pick(VIEWS, random), pick(["v1", "v1", "v1beta1"], random));
}
