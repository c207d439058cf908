import { FlowSchema, type KindDefinition, PriorityLevelConfiguration } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { Cacher } from "../cacher/cacher.ts";
import type { Reads, RequestInfo } from "../contracts.ts";
import { type Flow, flowOf, type FlowRule, flowsOf, rulesAbout } from "./classify.ts";

const KINDS = [FlowSchema, PriorityLevelConfiguration] as unknown as readonly KindDefinition[];

/** All flows as they are at a time; another object when anything about them has changed. */
export interface FlowTable {
  readonly flows: readonly Flow[];
  readonly levels: readonly PriorityLevelConfiguration[];
}

/** Tells to which flow requests belong, by the flow schemas as they are now. */
export class FlowControl {
  readonly #reads: Reads;
  readonly #cacherOf: (kind: KindDefinition) => Cacher;
  #table: FlowTable | undefined;
  /** Of the table: a user's requests differ in little, and each is asked for. */
  #rules = new WeakMap<UserInfo, readonly FlowRule[]>();
  /** Ends the subscriptions; undefined when there are none. */
  #unwatch: (() => void) | undefined;

  constructor(reads: Reads, cacherOf: (kind: KindDefinition) => Cacher) {
    this.#reads = reads;
    this.#cacherOf = cacherOf;
  }

  /** The flow that a request belongs to; none before there are any. */
  flowOf(info: RequestInfo, user: UserInfo): Flow | undefined {
    const { flows } = this.current;
    let rules = this.#rules.get(user);
    if (!rules) this.#rules.set(user, (rules = rulesAbout(flows, user)));
    return flowOf(rules, info);
  }

  get current(): FlowTable {
    this.#unwatch ??= this.#watch();
    if (!this.#table) {
      const levels = this.#reads.cached(PriorityLevelConfiguration);
      this.#table = { flows: flowsOf(this.#reads.cached(FlowSchema), levels), levels };
      this.#rules = new WeakMap();
    }
    return this.#table;
  }

  /** Any change of either kind makes the flows anew when they are next asked for. */
  #watch(): () => void {
    this.#table = undefined;
    const closed = () => {
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
    const subscriptions = KINDS.map((kind) =>
      this.#cacherOf(kind).subscribe({ events: () => (this.#table = undefined), closed }, undefined),
    );
    return () => {
      for (const { close } of subscriptions) close();
    };
  }
}
