import { Composer, type Document, LineCounter, Parser, type ScalarTag, type Tags, YAMLParseError } from "yaml";

/** The first document of a text and the line of a place in it, or the first fault. */
export interface ReadYaml {
  readonly document: Document | undefined;
  readonly fatal: YAMLParseError | undefined;
  readonly lineOf: (at: number) => number;
}

const BINARY: ScalarTag = {
  tag: "tag:yaml.org,2002:binary",
  resolve: (text) => Buffer.from(text, "base64").toString("utf8"),
};

/** On its way to JSON a time stays the text that it is, and binary data become text. */
function customTags(tags: Tags): Tags {
  return tags
    .filter((one) => typeof one === "string" || !/:(?:timestamp|binary)$/.test(one.tag))
    .concat(BINARY as Tags[number]);
}

const OPTIONS = {
  customTags,
  version: "1.1",
  strict: true,
  // The reader's own search for keys given twice compares each with all before it.
  uniqueKeys: false,
  // It would also look for the line of each fault, in all of the text each time.
  prettyErrors: false,
} as const;

/** Reads no further than the first document, or the first fault in it: a text of 3 MB has room for a million of each. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const lineOf = (at: number) => lines.linePos(at).line;
  const composer = new Composer(OPTIONS);
  let first: YAMLParseError | undefined;
  const onError = (place: Place, code: YAMLParseError["code"], message: string, isWarning?: boolean): void => {
    if (isWarning) return;
    // The reader catches what is thrown in the middle of a node, and reports it as a fault of its own.
    first ??= new YAMLParseError(spanOf(place), code, message);
    throw first;
  };
  // What the reader calls for each fault. Its types don't tell of it; if it is ever gone, faults are collected as before.
  Object.assign(composer, { onError });
  try {
    for (const document of composer.compose(new Parser(lines.addNewLine).parse(text)))
      return { document, fatal: document.errors[0], lineOf };
    return { document: undefined, fatal: undefined, lineOf };
  } catch (error) {
    if (error !== first) throw error;
    return { document: undefined, fatal: first, lineOf };
  }
}

type Place = number | readonly [number, number, number?] | { readonly offset: number };

function spanOf(place: Place): [number, number] {
  const start = typeof place === "number" ? place : "offset" in place ? place.offset : place[0];
  return [start, start + 1];
}
