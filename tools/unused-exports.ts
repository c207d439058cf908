/** What a file offers and nobody takes: it is either dead or nobody else's business. */
import { dirname, join } from "node:path/posix";

interface Source {
  readonly file: string;
  readonly text: string;
}

interface Unused {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Who takes what the package's own door offers is not in this tree; simulations are for their own tests. */
const OUTWARD = new Set(["src/package/index.ts", "src/sim/index.ts"]);
const DECLARED = /^export (?:abstract )?(?:async )?(const|let|function\*?|class|interface|type) (\w+)/gm;
/** Types among them belong to what is passed on with them. */
const PASSED_ON = /^export \{([^}]*)\}/gm;
const TAKEN = /^(?:import|export)\s+([^"';]*?)\sfrom\s+"(\.[^"]+)"/gms;
const LOADED = /\bimport\("(\.[^"]+)"\)/g;

/** Values that no other file imports; types only if their own file doesn't name them either, as a function's options are. */
export function unusedExports(sources: readonly Source[]): Unused[] {
  const taken = takenBy(sources);
  return sources.flatMap(({ file, text }) =>
    OUTWARD.has(file) || taken.has(`${file} *`)
      ? []
      : offeredBy(text)
          .filter(({ name, isType }) => !taken.has(`${file} ${name}`) && !(isType && timesNamed(text, name) > 1))
          .map(({ name, index }) => ({
            file,
            line: text.slice(0, index).split("\n").length,
            message: `${name} is imported by nobody: ${timesNamed(text, name) > 1 ? "don't export it" : "it is dead"}`,
          })),
  );
}

function takenBy(sources: readonly Source[]): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const { file, text } of sources) {
    const pathOf = (specifier: string) => join(dirname(file), specifier);
    for (const [, names, specifier] of text.matchAll(TAKEN))
      for (const name of names!.includes("*") ? ["*"] : namesIn(names!))
        taken.add(`${pathOf(specifier!)} ${name.replace(/ as .*/, "")}`);
    for (const [, specifier] of text.matchAll(LOADED)) taken.add(`${pathOf(specifier!)} *`);
  }
  return taken;
}

function offeredBy(text: string): { readonly name: string; readonly isType: boolean; readonly index: number }[] {
  const declared = [...text.matchAll(DECLARED)].map(({ 1: keyword, 2: name, index }) => ({
    name: name!,
    isType: keyword === "interface" || keyword === "type",
    index,
  }));
  const passedOn = [...text.matchAll(PASSED_ON)].flatMap(({ 1: names, index }) =>
    namesIn(names!.replace(/\btype\s+\w+/g, "")).map((name) => ({
      name: name.replace(/.* as /, ""),
      isType: false,
      index,
    })),
  );
  return [...declared, ...passedOn];
}

const namesIn = (list: string): string[] =>
  list
    .replace(/[{}]/g, "")
    .split(",")
    .map((name) => name.trim().replace(/^type\s+/, ""))
    .filter((name) => name !== "");

const timesNamed = (text: string, name: string): number => text.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;
