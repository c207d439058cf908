import type { Container, Pod } from "../../api/index.ts";
import { whenAborted, messageOf } from "../../base/index.ts";

import type { KubeletContext } from "../options.ts";
import { describePod, fieldPathOf } from "../pod/names.ts";
import { portNumber } from "../probe/run-probe.ts";

type Handler = NonNullable<NonNullable<Container["lifecycle"]>["postStart"]>;

export interface HookCall {
  readonly handler: Handler;
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

const HTTP_TIMEOUT_MS = 30_000;

/** Runs a lifecycle handler to its end. Throws with upstream's words when it fails. */
export async function runHook(context: KubeletContext, call: HookCall, signal: AbortSignal): Promise<void> {
  const { handler, pod, container, containerId, podIP } = call;
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const result = await context.runtime.execSync(containerId, command, 0, signal);
    if (result.exitCode === 0) return;
    const output = new TextDecoder().decode(result.stdout) + new TextDecoder().decode(result.stderr);
    const place = `for Container "${container.name}" in Pod "${describePod(pod)}"`;
    throw new Error(
      `Exec lifecycle hook (${JSON.stringify(command)}) ${place} failed - error: command '${command.join(" ")}' exited with ${result.exitCode}: ${output}, message: ${JSON.stringify(output)}`,
    );
  }
  if (handler.sleep) return context.clock.sleep(handler.sleep.seconds * 1000, signal);
  if (handler.httpGet) {
    const { scheme, host, path = "/", port, httpHeaders = [] } = handler.httpGet;
    const answer = await context.host.network.http(
      {
        scheme: scheme === "HTTPS" ? "HTTPS" : "HTTP",
        host: host || podIP,
        port: portNumber(port, container),
        path: path.startsWith("/") ? path : `/${path}`,
        headers: httpHeaders,
        timeoutMs: HTTP_TIMEOUT_MS,
      },
      signal,
    );
    if (answer.type === "failed") throw new Error(answer.message);
    return;
  }
  throw new Error(`invalid handler: ${JSON.stringify(handler)}`);
}

/** Runs a preStop handler for at most `limitMs`; what goes wrong is told in an event and stops nothing. Says how long it took. */
export async function runPreStop(
  context: KubeletContext,
  call: HookCall,
  limitMs: number,
  signal: AbortSignal,
): Promise<number> {
  const startedMs = context.clock.now();
  const late = new AbortController();
  const timer = context.clock.timer(limitMs, () => late.abort(new Error("grace period is over")));
  try {
    await orAborted(runHook(context, call, AbortSignal.any([signal, late.signal])), late.signal);
  } catch (error) {
    signal.throwIfAborted();
    context.log.warn("PreStop hook failed", { pod: call.pod.metadata.name, error: messageOf(error) });
    context.events.pod(call.pod, {
      type: "Warning",
      reason: "FailedPreStopHook",
      message: "PreStopHook failed",
      fieldPath: fieldPathOf(call.pod, call.container.name),
    });
  } finally {
    timer.cancel();
  }
  return context.clock.now() - startedMs;
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([work, whenAborted(signal)]);
}
