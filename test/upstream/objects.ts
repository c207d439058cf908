import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kube } from "../ha/client.ts";

const RECORDED = join(import.meta.dirname, "../parity/kinds");
const ID = "beside";
const NAMESPACE = "beside";

interface Step {
  readonly do: string;
  readonly body?: Kube;
  readonly expect?: { readonly status?: number };
}

interface Recording {
  readonly cases: readonly { readonly name: string; readonly steps: readonly Step[] }[];
}

/** An object that a server of the original took when it was asked to make it. */
export interface Recorded {
  readonly title: string;
  /** Where it is made. */
  readonly path: string;
  readonly object: Kube;
}

/** Every object of the recorded requests that is made by the first step of its case, with names that differ. */
export function recordedObjects(): readonly Recorded[] {
  const found: Recorded[] = [];
  for (const file of readdirSync(RECORDED).sort()) {
    const { cases } = JSON.parse(readFileSync(join(RECORDED, file), "utf8")) as Recording;
    for (const { name, steps } of cases) {
      const [{ do: request, body, expect } = { do: "" }] = steps;
      const path = /^POST (\/\S+)$/.exec(request)?.[1];
      if (!path || path.includes("?") || expect?.status !== 201 || !isPlain(body)) continue;
      found.push({ title: `${file.replace(".json", "")}: ${name}`, ...named({ path, body }, found.length) });
    }
  }
  return found;
}

/** Not a request about something else, such as a review or a binding: it is there afterwards. */
function isPlain(body: Kube | undefined): body is Kube {
  return typeof body?.metadata?.name === "string" && !/Review$|^Binding$|^Eviction$/.test(String(body.kind));
}

function named({ path, body }: { readonly path: string; readonly body: Kube }, index: number) {
  const filled = (text: string) => text.replaceAll("$ID", `${ID}${index}`).replaceAll("$NS", NAMESPACE);
  return { path: filled(path), object: JSON.parse(filled(JSON.stringify(body))) as Kube };
}
