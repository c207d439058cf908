import {
  type CustomResourceDefinition,
  type CustomVersions,
  groupVersion,
  statusError,
  StatusError,
} from "../../api/index.ts";
import { isObject, withSortedKeys } from "../../schema/index.ts";
import { CallError, type WebhookCaller } from "../admission/webhooks/index.ts";
import type { Reads } from "../contracts.ts";
import { checkConverted, withMetadataOf } from "./converted.ts";

type Json = Record<string, unknown>;

const GROUP = "apiextensions.k8s.io";
const KIND = "ConversionReview";
const REVIEW_VERSIONS = ["v1", "v1beta1"];
const TIMEOUT_SECONDS = 30;
/** Of the original's reader of reviews, which it names when it meets a type that it doesn't know. */
const SCHEME = "pkg/runtime/scheme.go:110";

export interface ConversionOptions {
  readonly caller: WebhookCaller;
  readonly reads: Reads;
}

/** How objects of a definition get from one version into another: by its webhook; undefined where it has none. */
export function webhookConversion(
  { spec: { conversion, names } }: CustomResourceDefinition,
  { caller, reads }: ConversionOptions,
): CustomVersions["convert"] {
  const { strategy, webhook } = conversion ?? {};
  if (strategy !== "Webhook" || !webhook?.clientConfig) return undefined;
  const { clientConfig, conversionReviewVersions } = webhook;
  const client = { clientConfig, timeoutSeconds: TIMEOUT_SECONDS } as Parameters<WebhookCaller["call"]>[0];
  const version = conversionReviewVersions.find((one) => REVIEW_VERSIONS.includes(one));
  return async (object, apiVersion) => {
    if (version === undefined) throw failure("no supported conversion review versions");
    const who = `conversion webhook for ${String(object.apiVersion)}, Kind=${names.kind}`;
    const uid = caller.newUid();
    const review = reviewOf({ uid, version, object, apiVersion });
    const answer = await caller.call(client, review, reads).catch((error) => {
      if (error instanceof CallError || error instanceof StatusError)
        throw failure(`${who} failed: ${error.message}`, error);
      throw error;
    });
    const found = responseIn(answer, { version, uid });
    if (typeof found === "string") throw failure(`${who} failed: ${found}`);
    if (found.length !== 1) throw failure(`${who} returned ${found.length} objects, expected 1`);
    const converted = objectIn(found[0]);
    const problem = checkConverted(converted, object, apiVersion);
    if (problem !== undefined) throw failure(`${who} returned ${problem}`);
    const whole = withMetadataOf(converted, object);
    if (typeof whole === "string") throw failure(`${who} returned invalid metadata: ${whole}`);
    return whole;
  };
}

interface Question {
  readonly uid: string;
  readonly version: string;
  readonly object: Json;
  readonly apiVersion: string;
}

/** The original sends the form of an answer along. */
function reviewOf({ uid, version, object, apiVersion }: Question): Json {
  return {
    kind: KIND,
    apiVersion: groupVersion({ group: GROUP, version }),
    request: { uid, desiredAPIVersion: apiVersion, objects: [withSortedKeys(object)] },
    response: { uid: "", convertedObjects: null, result: { metadata: {} } },
  };
}

/** The objects in an answer; a text says what is wrong with it. */
function responseIn(answer: unknown, { version, uid }: Pick<Question, "version" | "uid">): readonly unknown[] | string {
  if (!isObject(answer)) return "no response provided";
  const problem = typeProblem(answer, version);
  if (problem !== undefined) return problem;
  const { response } = answer;
  if (!isObject(response)) return "no response provided";
  if (version === "v1" && response.uid !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const { status, message } = isObject(response.result) ? response.result : {};
  if (status === "Success") return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
  if (typeof message === "string" && message !== "") return message;
  return `response.result.status was '${String(status ?? "")}', not 'Success'`;
}

/** What is wrong with what an answer calls itself; what it doesn't say counts as what was asked for, at first. */
function typeProblem({ kind, apiVersion }: Json, version: string): string | undefined {
  const wanted = groupVersion({ group: GROUP, version });
  const [ownKind, ownVersion] = [String(kind || KIND), String(apiVersion || wanted)];
  if (ownVersion === "v1" && ownKind === "Status")
    return `converting (v1.Status) to (${version}.${KIND}): unknown conversion`;
  if (ownKind !== KIND || !REVIEW_VERSIONS.some((one) => ownVersion === groupVersion({ group: GROUP, version: one })))
    return `no kind ${JSON.stringify(ownKind)} is registered for version ${JSON.stringify(ownVersion)} in scheme ${JSON.stringify(SCHEME)}`;
  if (ownVersion !== wanted)
    return `converting (${ownVersion.split("/")[1]}.${KIND}) to (${version}.${KIND}): unknown conversion`;
  if (version !== "v1" || (kind && apiVersion)) return undefined;
  const [group, own = ""] = String(apiVersion ?? "").split("/");
  return `expected webhook response of ${wanted}, Kind=${KIND}, got ${group ?? ""}/${own}, Kind=${String(kind ?? "")}`;
}

/** A converted object; what is none fails without saying whose fault it is. */
function objectIn(value: unknown): Json {
  if (value === null) throw failure("unexpected end of JSON input");
  if (!isObject(value)) {
    const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    throw failure(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  }
  if (typeof value.kind === "string" && value.kind !== "") return value;
  throw failure(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
}

function failure(message: string, cause?: unknown): Error {
  return statusError({ code: 500, reason: "", message }, { cause });
}
