import { prefixEnd, type Store } from "../../src/store/index.ts";

/** One committed or observed change. */
export interface Change {
  readonly revision: number;
  readonly name: string;
}

/** Everything that etcd has committed below a prefix from a revision on, up to now. */
export async function committed(store: Store, prefix: string, from: number): Promise<Change[]> {
  const through = await store.revision();
  const changes: Change[] = [];
  await new Promise<void>((resolve, reject) => {
    const watch = store.watch(
      { start: prefix, end: prefixEnd(prefix), from },
      {
        changes: (all) => {
          for (const change of all) {
            const { key, modRevision: revision } =
              change.type === "put" ? change.entry : { key: change.key, modRevision: change.revision };
            changes.push({ revision, name: key.slice(prefix.length) });
          }
        },
        progress: (revision) => {
          if (revision < through) return;
          watch.close();
          resolve();
        },
        closed: reject,
      },
    );
    watch.requestProgress();
  });
  return changes.filter(({ revision }) => revision <= through);
}

/** What a watcher that ended at some point got wrong about the history; nothing when it is a gapless beginning of it. */
export function watchProblems(seen: readonly Change[], history: readonly Change[]): string[] {
  const problems: string[] = [];
  for (let index = 1; index < seen.length; index++)
    if (seen[index]!.revision <= seen[index - 1]!.revision)
      problems.push(`${seen[index]!.revision} came after ${seen[index - 1]!.revision}`);
  const revisions = new Set(seen.map(({ revision }) => revision));
  const last = seen.at(-1)?.revision ?? 0;
  for (const { revision, name } of history)
    if (revision <= last && !revisions.has(revision)) problems.push(`${name} at ${revision} was not told`);
  const real = new Set(history.map(({ revision }) => revision));
  for (const { revision, name } of seen)
    if (!real.has(revision)) problems.push(`${name} at ${revision} never happened`);
  return problems;
}

/** What became of one attempt to add a word to an object. */
export type Outcome = "acknowledged" | "refused" | "unknown";

/** What is wrong with the words that an object holds in the end, given what its writers were told. */
export function wordProblems(words: readonly string[], outcomes: ReadonlyMap<string, Outcome>): string[] {
  const problems: string[] = [];
  const found = new Set(words);
  if (found.size !== words.length) problems.push("a word is in it twice");
  for (const [word, outcome] of outcomes) {
    if (outcome === "acknowledged" && !found.has(word)) problems.push(`${word} was acknowledged and is lost`);
    if (outcome === "refused" && found.has(word)) problems.push(`${word} was refused and is there`);
  }
  for (const word of found) if (!outcomes.has(word)) problems.push(`${word} was never written`);
  return problems;
}
