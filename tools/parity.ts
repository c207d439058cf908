/**
 * Replays the recorded requests of test/parity and compares with the committed floor.
 * `npm run parity [-- [scenarios] [--server URL --token T --ca FILE] [--filter RE] [--verbose] [--raise] [FILE…]]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, run } from "./run.ts";

const CASES = join(ROOT, "test", "parity");
const FLOORS = { bare: "floor.json", scenarios: "scenarios-floor.json" } as const;
const SCENARIO_FOLDERS = ["controllers", "scheduler"];
/** Replayed when all others are through: its webhooks ask to see every write, also those that other files' cases make. */
const LAST = "extension/webhooks.json";
/** The users that recordings are made as. */
export const TOKENS = `admin-token,admin,admin-uid,"system:masters"
alice-token,alice,alice-uid
bob-token,bob,bob-uid
`;
/** Only against waiting for ever. */
const READY_TIMEOUT_MS = 300_000;
const TRIES_MAX = 3;
/** The day of the recordings, some of which hold ages of objects from 2020 in days. */
const RECORDED_ON_MS = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;

/** What parity.mjs writes about one case. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  readonly step?: string;
  readonly differences?: readonly string[];
}

export interface FileCount {
  passed: number;
  failed: number;
}

/** Passed and failed by file, files in order. */
export function countByFile(results: readonly CaseResult[]): Map<string, FileCount> {
  const counts = new Map<string, FileCount>();
  for (const { file, passed } of results) {
    const count = counts.get(file) ?? { passed: 0, failed: 0 };
    if (passed) count.passed++;
    else count.failed++;
    counts.set(file, count);
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Files that pass less than they once did: a line each. */
export function belowFloor(counts: ReadonlyMap<string, FileCount>, floor: Readonly<Record<string, number>>): string[] {
  return [...counts].flatMap(([file, { passed }]) =>
    passed < (floor[file] ?? 0) ? [`${file}: ${passed} passed, the floor is ${floor[file]}`] : [],
  );
}

/** The floor after a run: no file's number ever goes down. */
export function raiseFloor(
  counts: ReadonlyMap<string, FileCount>,
  floor: Readonly<Record<string, number>>,
): Record<string, number> {
  const raised = { ...floor };
  for (const [file, { passed }] of counts) raised[file] = Math.max(passed, floor[file] ?? 0);
  return Object.fromEntries(Object.entries(raised).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Answers of 500 where the recording has none. */
export function unexpectedErrors(results: readonly CaseResult[]): string[] {
  return results.filter(isUnexpectedError).map(({ name, step }) => `${name}: [${step}]`);
}

function isUnexpectedError({ differences = [] }: CaseResult): boolean {
  return differences.some((line) => /^(\/status|.*\/code): expected \S+ got 500$/.test(line));
}

/** What another try changes: a case is passed that passed in either, unless it was answered with a 500. */
export function withAnotherTry(results: readonly CaseResult[], again: readonly CaseResult[]): CaseResult[] {
  const keyOf = ({ file, name }: CaseResult) => `${file} ${name}`;
  const second = new Map(again.map((result) => [keyOf(result), result]));
  return results.map((result) => {
    const other = second.get(keyOf(result));
    return other && !result.passed && !isUnexpectedError(result) ? other : result;
  });
}

export interface Server {
  readonly url: string;
  readonly token: string;
  readonly ca?: string | undefined;
  /** What its environment adds to ours, and the replayer's to be on the same day; undefined for nothing. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What went wrong with it before it was asked to end; undefined when nothing did. */
  crashed(): string | undefined;
  stop(): Promise<void>;
}

const BARE = ["--disable", "scheduler,controller-manager,kubelet,proxy,dns"];
const WITH_CONTROLLERS = [
  "--disable",
  "kubelet,proxy,dns",
  "--controller-manager.node-monitor-grace-period=1h",
  "--controller-manager.node-startup-grace-period=2h",
  "--controller-manager.controllers=*,bootstrapsigner,tokencleaner",
];

/** What a process must be told to live on the day of the recordings, at this time of day. */
function onRecordedDay(): Record<string, string> {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${import.meta.resolve("./shifted-clock.ts")}`,
    CLOCK_SHIFT_MS: String(RECORDED_ON_MS - today),
  };
}

/** An API server in a process of its own: on the day of the recordings, or of today with controllers and scheduler beside it. */
export async function startServer(
  withControllers: boolean,
  flags: readonly string[] = [],
  day: "recorded" | "today" = withControllers ? "today" : "recorded",
): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), "navarch-parity-"));
  const tokens = join(directory, "tokens.csv");
  writeFileSync(tokens, TOKENS, { mode: 0o600 });
  const data = join(directory, "data");
  const env = day === "today" ? undefined : onRecordedDay();
  const args = ["up", "--data-dir", data, "--listen", "127.0.0.1:0", "--nodes", "none", "--store", "memory"];
  const child = spawn(
    process.execPath,
    [
      join(ROOT, "bin/navarch.js"),
      ...args,
      "--token-auth-file",
      tokens,
      ...(withControllers ? WITH_CONTROLLERS : BARE),
      ...flags,
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } },
  );
  let ended: string | undefined;
  const end = new Promise<void>((done) =>
    child.on("close", (code, signal) => {
      ended = `ended with ${signal ?? `exit code ${code}`}`;
      done();
    }),
  );
  const url = await serverUrl(child).catch(async (error) => {
    child.kill("SIGKILL");
    await end;
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  return {
    url,
    token: "admin-token",
    // The replayer checks a certificate by the machine's clock, to which one of the recorded day is too old some time.
    ca: env ? undefined : join(data, "pki", "ca.crt"),
    env,
    crashed: () => ended,
    stop: async () => {
      child.kill("SIGTERM");
      await end;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The address that the server prints once it is ready. */
function serverUrl(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let output = "";
    const timer = setTimeout(() => fail(new Error(`start API server: not ready: ${output}`)), READY_TIMEOUT_MS);
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^Ready in .* at (https:\S+?),/m.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      done(url);
    };
    child.stdout!.on("data", take);
    child.stderr!.on("data", take);
    child.on("close", () => {
      clearTimeout(timer);
      fail(new Error(`start API server: it ended: ${output}`));
    });
  });
}

export interface ReplayOptions {
  readonly server: Server;
  readonly targets: readonly string[];
  readonly have?: string | undefined;
  readonly filter?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly show?: boolean | undefined;
}

/** Replays files, one round after the other; the results of all, files named below test/parity. */
async function replay(options: ReplayOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const targets of roundsOf(options.targets)) results.push(...(await replayRound({ ...options, targets })));
  return results;
}

/**
 * Replays files, and those that fall below the floor again. A recording was made in one second where a replay may take two:
 * times that differ put managers of an object in another order, at the original's too. What is wrong is so each time.
 */
export async function replayToFloor(options: ReplayOptions, which: Floor): Promise<CaseResult[]> {
  const floor = readFloor(which);
  let results = await replay(options);
  for (let tries = 1; tries < TRIES_MAX; tries++) {
    const counts = countByFile(results);
    const targets = options.targets.filter((file) => {
      const name = relative(CASES, file);
      return (counts.get(name)?.passed ?? 0) < (floor[name] ?? 0);
    });
    if (targets.length === 0) break;
    results = withAnotherTry(results, await replay({ ...options, targets }));
  }
  return results;
}

/** Files that may be replayed beside each other, in the order in which they must follow. */
export function roundsOf(files: readonly string[]): string[][] {
  const isLast = (file: string) => relative(CASES, file) === LAST;
  return [files.filter((file) => !isLast(file)), files.filter(isLast)].filter((round) => round.length > 0);
}

/** Runs the unchanged replayer. */
async function replayRound({ server, targets, have, filter, verbose, show }: ReplayOptions): Promise<CaseResult[]> {
  const directory = mkdtempSync(join(tmpdir(), "navarch-replay-"));
  const json = join(directory, "results.json");
  try {
    const { output } = await run(
      process.execPath,
      [
        join(CASES, "parity.mjs"),
        "run",
        ...["--server", server.url, "--token", server.token, "--json", json],
        ...(server.ca ? ["--ca", server.ca] : ["--insecure"]),
        // Many cases only wait; against the bare server nearly all of the rest is done in a minute.
        ...["--jobs", have ? "8" : "32"],
        ...(have ? ["--have", have] : []),
        ...(filter ? ["--filter", filter] : []),
        ...(verbose ? ["--verbose"] : []),
        ...targets,
      ],
      { show: show ?? false, ...(server.env && { env: server.env }) },
    );
    if (!existsSync(json)) throw new Error(`replay: no results were written: ${output.slice(-2000)}`);
    const { results } = JSON.parse(readFileSync(json, "utf8")) as { results: CaseResult[] };
    return results.map((result) => ({ ...result, file: relative(CASES, result.file) }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The files of the bare API server, or those of controllers and scheduler. */
export function caseFiles(scenarios: boolean): string[] {
  return readdirSync(CASES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && !(Object.values(FLOORS) as string[]).includes(file))
    .filter((file) => SCENARIO_FOLDERS.some((folder) => file.startsWith(`${folder}/`)) === scenarios)
    .sort()
    .map((file) => join(CASES, file));
}

/** What a run is judged by. */
export interface Verdict {
  readonly results: readonly CaseResult[];
  readonly counts: ReadonlyMap<string, FileCount>;
  readonly problems: readonly string[];
}

type Floor = keyof typeof FLOORS;

/** The committed floor of the bare API server, or of the scenarios. */
function readFloor(which: Floor): Record<string, number> {
  const path = join(CASES, FLOORS[which]);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

function writeFloor(which: Floor, floor: Record<string, number>): void {
  writeFileSync(join(CASES, FLOORS[which]), `${JSON.stringify(floor, null, 2)}\n`);
}

/** Everything that makes a run fail, in words; without a floor, falling below it isn't looked at. */
export function judge(results: readonly CaseResult[], server: Server, floor: Floor | undefined): Verdict {
  const counts = countByFile(results);
  const crashed = server.crashed();
  const problems = [
    ...(crashed ? [`the server ${crashed} during the run`] : []),
    ...unexpectedErrors(results).map((line) => `answered 500 where the recording does not: ${line}`),
    ...(floor ? belowFloor(counts, readFloor(floor)) : []),
  ];
  return { results, counts, problems };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: "string" },
      token: { type: "string", default: "admin-token" },
      ca: { type: "string" },
      filter: { type: "string" },
      verbose: { type: "boolean", default: false },
      raise: { type: "boolean", default: false },
    },
  });
  const scenarios = positionals[0] === "scenarios";
  const named = positionals
    .slice(scenarios ? 1 : 0)
    .map((file) => resolve(existsSync(file) ? file : join(CASES, file)));
  const server: Server =
    values.server === undefined
      ? await startServer(scenarios)
      : { url: values.server, token: values.token, ca: values.ca, crashed: () => undefined, stop: async () => {} };
  try {
    const { filter, verbose } = values;
    const targets = named.length > 0 ? named : caseFiles(scenarios);
    const have = scenarios ? "kcm,scheduler" : undefined;
    const results = await replay({ server, targets, have, filter, verbose, show: filter !== undefined || verbose });
    const floor = scenarios ? "scenarios" : "bare";
    const { counts, problems } = judge(results, server, filter ? undefined : floor);
    for (const [file, { passed, failed }] of counts) {
      console.log(`${file.padEnd(44)} ${String(passed).padStart(5)} passed ${String(failed).padStart(5)} failed`);
    }
    for (const problem of problems) console.log(problem);
    if (values.raise && !filter) writeFloor(floor, raiseFloor(counts, readFloor(floor)));
    const passed = results.filter((result) => result.passed).length;
    console.log(`${passed} passed, ${results.length - passed} failed`);
    return problems.length > 0 ? 1 : 0;
  } finally {
    await server.stop();
  }
}

if (import.meta.main) process.exitCode = await main();
