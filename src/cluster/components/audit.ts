import { auditTrail, type Auditor, type AuditEvent, type AuditSink } from "../../apiserver/index.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import { AuditFile, bytesOf, mustBeWritable } from "./audit-file.ts";
import type { ComponentEnvironment } from "./environment.ts";
import { webhookServer } from "./webhook-server.ts";

type Environment = Pick<ComponentEnvironment, "clock" | "log" | "scope">;
type Trail = Awaited<ReturnType<typeof auditTrail>>;

const MODES = ["batch", "blocking", "blocking-strict"];
const FORMATS = ["legacy", "json"];
const NOT_NEGATIVE = ["audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"] as const;
const BUFFER_EVENTS = 10_000;
const WAIT_MS = 30_000;
const WEBHOOK_BATCH = 400;
const BACKOFF_MS = 10_000;

/** What the flags want written of requests; undefined when they want nothing. */
export async function auditAsConfigured(flags: ApiServerFlags, environment: Environment): Promise<Auditor | undefined> {
  const { "audit-policy-file": policyFile, "audit-log-path": path, "audit-webhook-config-file": webhook } = flags;
  checkFlags(flags);
  if (policyFile === undefined || (path === undefined && webhook === undefined)) return undefined;
  const trail = await auditTrail();
  const { clock, log, scope } = environment;
  const lost = (error: unknown) => log.error("Audit event not written", { error });
  const made = { flags, trail, environment, lost };
  const sinks = [
    ...(path === undefined ? [] : [await logSink(path, made)]),
    ...(webhook === undefined ? [] : [webhookSink(webhook, made)]),
  ];
  scope.defer(async () => {
    for (const { flush } of sinks) await flush?.();
  });
  const policy = readPolicy(policyFile, trail);
  return new trail.Auditor({ policy, sinks: sinks.map(({ sink }) => sink), clock, lost });
}

function checkFlags(flags: ApiServerFlags): void {
  for (const name of NOT_NEGATIVE)
    if ((flags[name] ?? 0) < 0) throw new ConfigError(`--${name} ${flags[name]} can't be a negative number`);
  oneOf(flags["audit-log-mode"], MODES, { what: "log mode", all: "modes" });
  oneOf(flags["audit-webhook-mode"], MODES, { what: "webhook mode", all: "modes" });
  oneOf(flags["audit-log-format"], FORMATS, { what: "log format", all: "formats" });
}

function oneOf(
  given: string | undefined,
  allowed: readonly string[],
  { what, all }: { readonly what: string; readonly all: string },
): void {
  if (given !== undefined && !allowed.includes(given))
    throw new ConfigError(`invalid audit ${what} ${given}, allowed ${all} are "${allowed.join(",")}"`);
}

function readPolicy(path: string, { parseAuditPolicy, AuditPolicyError }: Trail) {
  const text = readFlagFile("audit-policy-file", path);
  try {
    return parseAuditPolicy(text);
  } catch (cause) {
    if (!(cause instanceof AuditPolicyError)) throw cause;
    throw new ConfigError(`loading audit policy file: ${cause.message}: from file ${path}`, { cause });
  }
}

interface Making {
  readonly flags: ApiServerFlags;
  readonly trail: Trail;
  readonly environment: Environment;
  readonly lost: (error: unknown) => void;
}

interface Made {
  readonly sink: AuditSink;
  readonly flush?: () => Promise<void>;
}

async function logSink(path: string, making: Making): Promise<Made> {
  const { flags, trail, environment } = making;
  const render = flags["audit-log-format"] === "legacy" ? trail.eventLine : trail.eventJson;
  const append = path === "-" ? toOutput : await toFile(path, flags, environment);
  const sink = { write: (events: readonly AuditEvent[]) => append(events.map(render)) };
  return inMode(flags["audit-log-mode"] ?? "blocking", sink, {
    ...making,
    bufferedMax: flags["audit-log-batch-buffer-size"] ?? BUFFER_EVENTS,
    batchMax: flags["audit-log-batch-max-size"] ?? 1,
    waitMs: flags["audit-log-batch-max-wait"] ?? WAIT_MS,
  });
}

const toOutput = (lines: readonly string[]) =>
  new Promise<void>((resolve, reject) =>
    process.stdout.write(lines.map((line) => `${line}\n`).join(""), (error) => (error ? reject(error) : resolve())),
  );

async function toFile(path: string, flags: ApiServerFlags, { clock }: Environment) {
  await mustBeWritable(path).catch((cause) => {
    throw new ConfigError(`open --audit-log-path ${path}`, { cause });
  });
  const file = new AuditFile({
    path,
    clock,
    bytesMax: bytesOf(flags["audit-log-maxsize"] ?? 0),
    backupsMax: flags["audit-log-maxbackup"] ?? 0,
    daysMax: flags["audit-log-maxage"] ?? 0,
    compresses: flags["audit-log-compress"] ?? false,
  });
  return (lines: readonly string[]) => file.append(lines);
}

function webhookSink(kubeconfig: string, making: Making): Made {
  const { flags, trail, environment } = making;
  const { clock, scope } = environment;
  const { handle, path } = webhookServer(kubeconfig, { clock, scope });
  const sink = trail.webhookSink({
    handle,
    path,
    clock,
    initialBackoffMs: flags["audit-webhook-initial-backoff"] ?? BACKOFF_MS,
  });
  return inMode(flags["audit-webhook-mode"] ?? "batch", sink, {
    ...making,
    bufferedMax: flags["audit-webhook-batch-buffer-size"] ?? BUFFER_EVENTS,
    batchMax: flags["audit-webhook-batch-max-size"] ?? WEBHOOK_BATCH,
    waitMs: flags["audit-webhook-batch-max-wait"] ?? WAIT_MS,
  });
}

interface Batching extends Making {
  readonly bufferedMax: number;
  readonly batchMax: number;
  readonly waitMs: number;
}

/** Whether requests wait for their events, and whether they fail with them. */
function inMode(mode: string, sink: AuditSink, { trail, environment, lost, ...limits }: Batching): Made {
  if (mode === "batch") {
    const batched = new trail.BatchedSink(sink, { ...limits, clock: environment.clock, lost });
    return { sink: batched, flush: () => batched.flush() };
  }
  const isStrict = mode === "blocking-strict";
  return {
    sink: {
      write: (events) =>
        sink.write(events).catch((cause) => {
          throw new trail.AuditFailure(isStrict, { cause });
        }),
    },
  };
}
