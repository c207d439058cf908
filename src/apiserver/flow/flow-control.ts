import { FlowSchema, type KindDefinition, PriorityLevelConfiguration } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { Cacher } from "../cacher/cacher.ts";
import type { Reads, RequestInfo } from "../contracts.ts";
import { type Flow, flowOf, flowsOf } from "./classify.ts";

const KINDS = [FlowSchema, PriorityLevelConfiguration] as unknown as readonly KindDefinition[];

/** Tells to which flow requests belong, by the flow schemas as they are now. */
export class FlowControl {
  readonly #reads: Reads;
  readonly #cacherOf: (kind: KindDefinition) => Cacher;
  #flows: readonly Flow[] | undefined;
  /** Ends the subscriptions; undefined when there are none. */
  #unwatch: (() => void) | undefined;

  constructor(reads: Reads, cacherOf: (kind: KindDefinition) => Cacher) {
    this.#reads = reads;
    this.#cacherOf = cacherOf;
  }

  /** Headers that name a request's flow schema and priority level; none before there are any. */
  headers(info: RequestInfo, user: UserInfo): Readonly<Record<string, string>> {
    const flow = flowOf(this.#current(), info, user);
    if (!flow) return {};
    return {
      "x-kubernetes-pf-flowschema-uid": flow.schema.metadata.uid,
      "x-kubernetes-pf-prioritylevel-uid": flow.level.metadata.uid,
    };
  }

  #current(): readonly Flow[] {
    this.#unwatch ??= this.#watch();
    this.#flows ??= flowsOf(this.#reads.cached(FlowSchema), this.#reads.cached(PriorityLevelConfiguration));
    return this.#flows;
  }

  /** Any change of either kind makes the flows anew when they are next asked for. */
  #watch(): () => void {
    this.#flows = undefined;
    const closed = () => {
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
    const subscriptions = KINDS.map((kind) =>
      this.#cacherOf(kind).subscribe({ events: () => (this.#flows = undefined), closed }, undefined),
    );
    return () => {
      for (const { close } of subscriptions) close();
    };
  }
}
