import { messageOf } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";

import type { KubeletContext } from "../options.ts";
import { podOfManifest } from "./manifests.ts";

const CHECK_MS = 20_000;
const SETTLE_MS = 100;
const MANIFEST_BYTES_MAX = 1024 * 1024;

/** Reads a directory of manifests again and again; `apply` gets all of its pods whenever they have changed. */
export async function watchStaticPods(
  context: KubeletContext,
  directory: string,
  apply: (pods: readonly Pod[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = context;
  let known = new Map<string, Pod>();
  let seen = "\0";
  while (!signal.aborted) {
    const texts = await readDirectory(context, directory);
    const now = JSON.stringify([...texts]);
    if (now !== seen) {
      known = parseAll(context, texts, known);
      apply([...known.values()]);
      seen = now;
    }
    await untilNextLook(context, directory, settings.fileCheckFrequencyMs ?? CHECK_MS, signal);
  }
}

/** A change is told at once where the machine can; it is looked for in any case. */
async function untilNextLook(
  { clock, host }: KubeletContext,
  directory: string,
  checkMs: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  try {
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([clock.sleep(checkMs, either), host.files.changed(directory, either)]);
  } finally {
    over.abort();
  }
  // Whoever writes a file may not be done with it.
  await clock.sleep(SETTLE_MS, signal);
}

async function readDirectory({ host }: KubeletContext, directory: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const name of await host.files.list(directory)) {
    if (name.startsWith(".")) continue;
    const path = `${directory}/${name}`;
    const info = await host.files.stat(path);
    if (info?.type === "directory" || (info?.sizeBytes ?? 0) > MANIFEST_BYTES_MAX) continue;
    const content = await host.files.read(path);
    if (content) texts.set(path, new TextDecoder().decode(content));
  }
  return texts;
}

/** A file that can't be read as a pod keeps the pod it last was, so that a slip of the pen stops nothing. */
function parseAll(
  { clock, log, settings }: KubeletContext,
  texts: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, Pod>,
): Map<string, Pod> {
  const pods = new Map<string, Pod>();
  for (const [path, text] of texts) {
    try {
      const pod = podOfManifest({ path, text }, settings.nodeName, clock.now());
      const before = known.get(path);
      pods.set(path, before?.metadata.uid === pod.metadata.uid ? before : pod);
    } catch (error) {
      log.warn("Static pod not read", { path, error: messageOf(error) });
      const before = known.get(path);
      if (before) pods.set(path, before);
    }
  }
  return pods;
}
