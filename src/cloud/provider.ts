import type { Node, Service } from "../api/index.ts";

/** What a cloud knows of a machine. */
export interface Instance {
  readonly providerId: string;
  readonly type?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly addresses: NonNullable<Node["status"]["addresses"]>;
  readonly isShutDown?: boolean;
}

/** Traffic for a range goes to a node. */
export interface Route {
  readonly nodeName: string;
  readonly cidr: string;
}

export interface Ingress {
  readonly ip?: string;
  readonly hostname?: string;
}

/**
 * A cloud. Each part is there only if the cloud has it. Calls may be repeated: all of them bring about a state and are no
 * error when it is there already.
 */
export interface CloudProvider {
  readonly name: string;
  readonly instances?: {
    /** The machine behind a node; undefined when it doesn't exist (any more). */
    instanceOf(node: Node, signal: AbortSignal): Promise<Instance | undefined>;
  };
  readonly routes?: {
    list(signal: AbortSignal): Promise<readonly Route[]>;
    create(route: Route, signal: AbortSignal): Promise<void>;
    delete(route: Route, signal: AbortSignal): Promise<void>;
  };
  readonly loadBalancers?: {
    /** Makes or changes the service's balancer; gives where it is reached. */
    ensure(service: Service, nodes: readonly Node[], signal: AbortSignal): Promise<readonly Ingress[]>;
    delete(service: Service, signal: AbortSignal): Promise<void>;
  };
}
