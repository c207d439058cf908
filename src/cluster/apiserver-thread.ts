import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type ApiServerOptions, createServerBeside, type StorageMediaType } from "../apiserver/index.ts";
import { cryptoRandom, logTo, realClock, Scope } from "../base/index.ts";
import {
  answerPassed,
  type ApiRequest,
  NetError,
  type NetErrorCode,
  type PassedRequest,
  type PassedResponse,
  passRequest,
  responsePassed,
  ThreadCalls,
  ThreadError,
} from "../net/index.ts";
import { threadStore } from "../store/index.ts";
import type { ApiServerFlags } from "./flags/index.ts";
import { admissionAsConfigured } from "./components/admission.ts";
import { authorizationAsConfigured } from "./components/authorization.ts";
import { optionsOf } from "./components/apiserver-options.ts";

/** A thread's whole program: an API server for what the one of the process passes on. */
export interface BesideData {
  readonly flags: ApiServerFlags;
  readonly storageMediaType: StorageMediaType;
  readonly store: MessagePort;
  /** Whether some pods run in the process. */
  readonly hasInside: boolean;
}

const { flags, storageMediaType, store, hasInside } = workerData as BesideData;

const log = logTo((level, message, fields) => calls.tell("log", [level, message, fields]));
const clock = realClock();
const scope = Scope.logging(log);

const answer = createServerBeside({
  ...optionsOf(flags),
  ...(await authorizationAsConfigured(flags, { clock, scope, log })),
  admissionPlugins: await admissionAsConfigured(flags, { clock, scope }),
  storageMediaType,
  store: threadStore(store),
  clock,
  random: cryptoRandom(),
  log,
  scope,
  ...(hasInside && { dial: dialInside }),
});

const calls: ThreadCalls = new ThreadCalls(parentPort!, (_, [request, revision], signal) =>
  answerPassed((one) => answer(one, revision as number), request as PassedRequest, signal),
);

/** The way to pods of the process, which is the other thread's to go. */
async function dialInside(target: Parameters<NonNullable<ApiServerOptions["dial"]>>[0]) {
  if (!(await calls.call("isInside", [target]))) return undefined;
  return async (request: ApiRequest) => {
    const passed = await passRequest(request);
    const response = await calls.call("reach", [target, passed], request.signal).catch((error) => {
      throw error instanceof ThreadError ? new NetError(error.code as NetErrorCode, error.message) : error;
    });
    return responsePassed(response as PassedResponse);
  };
}
