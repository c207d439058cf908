import { notFound, StatusError } from "../api/index.ts";
import type { ApiRequest, ApiResponse } from "../net/index.ts";
import type { Scheduler } from "./contracts.ts";
import { explainText } from "./explain.ts";

const encoder = new TextEncoder();

/**
 * The scheduler's own endpoint: /healthz, /livez, /readyz, /metrics, /configz, and /explain/NAMESPACE/POD, which says of
 * every node why the pod is there or isn't (as text, or as JSON to those who accept it). Who may ask is the caller's to
 * decide.
 */
export function schedulerHandler(scheduler: Scheduler): (request: ApiRequest) => Promise<ApiResponse> {
  return async (request) => {
    try {
      return answer(scheduler, request);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return json(error.code, error.status);
    }
  };
}

function answer(scheduler: Scheduler, { method, path, headers }: ApiRequest): ApiResponse {
  if (method !== "GET" && method !== "HEAD") return text(405, "Method Not Allowed\n");
  const [, first, ...rest] = path.split("/").map(decodeURIComponent);
  switch (first) {
    case "healthz":
    case "livez":
      return text(200, "ok");
    case "readyz":
      return scheduler.isReady ? text(200, "ok") : text(500, "informers have not synced\n");
    case "metrics":
      return text(200, scheduler.metrics());
    case "configz":
      return json(200, { "kubescheduler.config.k8s.io": scheduler.configuration });
    case "explain": {
      const [namespace = "", name = ""] = rest;
      const explanation = scheduler.explain(namespace, name);
      if (!explanation) throw notFound({ group: "", plural: "decisions" }, `${namespace}/${name}`);
      const wantsJson = (headers.accept ?? "").includes("json");
      return wantsJson ? json(200, explanation) : text(200, explainText(explanation));
    }
    default:
      return text(404, "404 page not found\n");
  }
}

function text(status: number, content: string): ApiResponse {
  return respond(status, "text/plain; charset=utf-8", content);
}

function json(status: number, value: unknown): ApiResponse {
  return respond(status, "application/json", JSON.stringify(value));
}

function respond(status: number, type: string, content: string): ApiResponse {
  return { status, headers: { "content-type": type }, body: { type: "bytes", bytes: encoder.encode(content) } };
}
