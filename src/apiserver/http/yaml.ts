import { type Scalar, type ScalarTag, stringify, type Tags } from "yaml";

/** JSON data as YAML, laid out and quoted as Kubernetes does. */
export function yamlText(value: unknown): string {
  return stringify(value, {
    version: "1.1",
    aliasDuplicateObjects: false,
    sortMapEntries: true,
    indentSeq: false,
    singleQuote: true,
    customTags: quotedAsKubernetes,
  });
}

const STRING = "tag:yaml.org,2002:str";

function quotedAsKubernetes(tags: Tags): Tags {
  const fixed = tags.map((tag) => (isScalar(tag) && tag.test?.test(".") ? withoutDot(tag) : tag));
  const others = fixed
    .filter(isScalar)
    .filter(({ tag, default: isDefault, test }) => tag !== STRING && isDefault && test);
  const readsOtherwise = (text: string) => others.some(({ test }) => test!.test(text));
  return fixed.map((tag) => (isScalar(tag) && tag.tag === STRING ? withQuotes(tag, readsOtherwise) : tag));
}

function isScalar(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === "object" && !("nodeClass" in tag && tag.collection);
}

/** A dot alone would be read as text, so that it needs no quotes; sets of fields have many. */
function withoutDot(tag: ScalarTag): ScalarTag {
  return { ...tag, test: new RegExp(`^(?!\\.$)(?:${tag.test!.source})`) };
}

/** Double quotes keep what would be read as something else and what has to be escaped; single ones the rest. */
function withQuotes(tag: ScalarTag, readsOtherwise: (text: string) => boolean): ScalarTag {
  return {
    ...tag,
    stringify(item, ...rest) {
      const text = String(item.value);
      const isDouble = readsOtherwise(text) || (/[\t\0-\x08\x0b-\x1f\x7f]/.test(text) && !text.includes("\n"));
      const scalar = isDouble ? Object.assign(Object.create(item) as Scalar, { type: "QUOTE_DOUBLE" }) : item;
      return tag.stringify!(scalar, ...rest);
    },
  };
}
