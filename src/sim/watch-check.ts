/** What a watcher was told of one revision: each key's new value, or undefined where it was deleted. */
export interface Told {
  readonly revision: number;
  readonly changes: ReadonlyMap<string, string | undefined>;
}

/** One watcher's view: it knows everything from its start to its end, except where it had to list anew. */
export interface WatcherLog {
  readonly name: string;
  /** In the order in which they came. */
  readonly told: readonly Told[];
  /** Revisions after the first and up to the second were not watched (history was compacted); the list after it is not here. */
  readonly gaps: readonly (readonly [number, number])[];
  /** The first revision that it was to hear. */
  readonly from: number;
  /** Everything up to here has been delivered, as the store said itself. */
  readonly through: number;
}

/** A write that its client heard of. */
export interface KnownWrite {
  readonly revision: number;
  readonly key: string;
  /** undefined: deleted. */
  readonly value: string | undefined;
}

/** Everything that is wrong with what a watcher was told. */
export function checkWatcher(log: WatcherLog, writes: readonly KnownWrite[]): string[] {
  return [...orderProblems(log), ...missingProblems(log, writes)];
}

function orderProblems({ name, told, from }: WatcherLog): string[] {
  const problems: string[] = [];
  let last = from - 1;
  for (const { revision } of told) {
    if (revision <= last) problems.push(`watcher ${name}: told of revision ${revision} after ${last}`);
    last = revision;
  }
  return problems;
}

function missingProblems({ name, told, gaps, from, through }: WatcherLog, writes: readonly KnownWrite[]): string[] {
  const byRevision = new Map(told.map((one) => [one.revision, one.changes]));
  return writes.flatMap(({ revision, key, value }) => {
    if (revision < from || revision > through || gaps.some(([after, to]) => revision > after && revision <= to))
      return [];
    const changes = byRevision.get(revision);
    if (!changes?.has(key)) return [`watcher ${name}: never told of ${key} at revision ${revision}`];
    const heard = changes.get(key);
    return heard === value
      ? []
      : [`watcher ${name}: told ${key}=${heard} at revision ${revision}, it was written as ${value}`];
  });
}

/** Two watchers never hear different things of one revision. */
export function compareWatchers(one: WatcherLog, other: WatcherLog): string[] {
  const byRevision = new Map(one.told.map(({ revision, changes }) => [revision, changes]));
  return other.told.flatMap(({ revision, changes }) => {
    const first = byRevision.get(revision);
    if (!first) return [];
    const same = first.size === changes.size && [...first].every(([key, value]) => changes.get(key) === value);
    return same ? [] : [`watchers ${one.name} and ${other.name}: told different things of revision ${revision}`];
  });
}
