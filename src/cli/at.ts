import { queryOf } from "../client/index.ts";
import { ask, openSession } from "./objects/connection.ts";
import { getCommand } from "./objects/get.ts";
import type { GetArguments } from "./objects/output.ts";

/** `navarch at REVISION|TIME get …`: what there was then. */
export async function atCommand({
  when,
  verb,
  words,
  options,
}: {
  readonly when: string;
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: GetArguments;
}): Promise<number> {
  if (verb !== "get") throw new Error(`read the past: got ${JSON.stringify(verb)}, wanted get`);
  const revision = /^[1-9]\d*$/.test(when) ? when : await revisionAt(timeOf(when), options);
  return getCommand(words, { ...options, revision });
}

/** A time as it stands, or how long ago it was. */
function timeOf(text: string): string {
  const ago = /^(\d+)(s|m|h)$/.exec(text);
  const timeMs = ago ? Date.now() - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS] : Date.parse(text);
  if (Number.isNaN(timeMs))
    throw new Error(
      `read a time: got ${JSON.stringify(text)}, wanted a resourceVersion, a time like 2026-01-31T15:04:05Z, or 5m for five minutes ago`,
    );
  return new Date(timeMs).toISOString();
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 };

/** Asks the server, which knows the times as far back as its store has history. */
async function revisionAt(time: string, options: GetArguments): Promise<string> {
  await using session = openSession(options);
  const found = await ask<{ resourceVersion: string }>(session, "/navarch/revision", queryOf({ time }));
  return found.resourceVersion;
}
