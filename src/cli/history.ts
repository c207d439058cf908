import { queryOf } from "../client/index.ts";
import { type Version, type VersionChange, changesOf } from "./history-diff.ts";
import { ask, type ConnectionArguments, openSession, type Session } from "./objects/connection.ts";
import { discover, parseTargets, pathOf } from "./objects/resources.ts";

/** Versions of one object that are looked at; who wants more asks at a revision. */
const VERSIONS_MAX = 1000;
const GONE = 410;

/** `navarch history TYPE/NAME`: every version that is still kept, oldest first, and what each changed. */
export async function historyCommand(
  object: string,
  options: ConnectionArguments & { readonly output?: string },
): Promise<number> {
  if (options.output !== undefined && options.output !== "json")
    throw new Error(`read --output: got ${JSON.stringify(options.output)}, wanted json`);
  await using session = openSession(options);
  const [target] = parseTargets(await discover(session.client), [object]);
  const [name] = target?.names ?? [];
  if (!target || name === undefined) throw new Error(`read ${JSON.stringify(object)}: wanted TYPE/NAME`);
  const path = pathOf(target.resource, session.namespace);
  const { versions, isWhole } = await versionsOf(session, path, name);
  const changes = changesOf(versions, isWhole);
  process.stdout.write(options.output === "json" ? `${JSON.stringify(changes, null, 2)}\n` : textOf(changes));
  return 0;
}

/** Goes back from the newest version, each time to just before the one that was found. */
async function versionsOf(
  session: Session,
  path: string,
  name: string,
): Promise<{ readonly versions: readonly Version[]; readonly isWhole: boolean }> {
  const versions: Version[] = [await ask<Version>(session, `${path}/${name}`)];
  while (versions.length < VERSIONS_MAX) {
    const resourceVersion = String(Number(versions[0]!.metadata.resourceVersion) - 1);
    const query = queryOf({ fieldSelector: `metadata.name=${name}`, resourceVersion, resourceVersionMatch: "Exact" });
    try {
      const { items } = await ask<{ items: readonly Version[] | null }>(session, path, query);
      const [older] = items ?? [];
      // Another object of the same name is another history.
      if (!older || older.metadata.uid !== versions[0]!.metadata.uid) return { versions, isWhole: true };
      versions.unshift(older);
    } catch (error) {
      if ((error as { code?: unknown }).code !== GONE) throw error;
      break;
    }
  }
  return { versions, isWhole: false };
}

function textOf(changes: readonly VersionChange[]): string {
  return changes
    .map(({ revision, time, managers, type, fields }) => {
      const who = managers.length > 0 ? managers.join(", ") : "unknown";
      const head = `${revision}  ${time ?? "unknown time"}  ${who}${NOTES[type]}\n`;
      return (
        head + fields.map(({ path, before, after }) => `  ${path}: ${brief(before)} -> ${brief(after)}\n`).join("")
      );
    })
    .join("");
}

const NOTES = { created: "  created it", changed: "", oldest: "  (what came before is not kept any more)" };
const BRIEF_LENGTH_MAX = 80;

function brief(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > BRIEF_LENGTH_MAX ? `${text.slice(0, BRIEF_LENGTH_MAX)}…` : text;
}
