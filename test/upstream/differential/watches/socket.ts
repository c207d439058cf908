import type { IncomingMessage } from "node:http";
import type { Agent } from "node:https";
import { WebSocket } from "ws";
import type { Answer, Course } from "../exchange.ts";
import { jsonEvent, protoEvent, withMarks } from "./events.ts";

export interface SocketOptions {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly course: Course;
  /** The answer of a server that doesn't want to, whose body is yet to come. */
  readonly refused: (response: IncomingMessage) => void;
  readonly whenSilent: (source: NodeJS.EventEmitter, until: Promise<unknown>) => Promise<void>;
}

/** Watches over a WebSocket, an event in each message; comes true unless the server refuses. */
export function overSocket(url: string, options: SocketOptions): Promise<Answer> {
  const { agent, course, refused, whenSilent } = options;
  const { "sec-websocket-protocol": offered = [], ...headers } = options.headers;
  const messages: unknown[] = [];
  const socket = new WebSocket(url.replace(/^https/, "wss"), offered, { agent, headers });
  return new Promise((resolve) => {
    const chosen = (): Answer["headers"] => (offered.length > 0 ? { "sec-websocket-protocol": socket.protocol } : {});
    const end = () => resolve({ status: 101, headers: chosen(), body: withMarks(messages) });
    socket.on("open", () => {
      course.begun?.();
      if (!course.until) return;
      void whenSilent(socket, course.until).then(() => {
        end();
        socket.terminate();
      });
    });
    socket.on("message", (data: Buffer, isBinary) => {
      messages.push(isBinary ? protoEvent(data) : jsonEvent(data.toString()));
      socket.emit("data");
    });
    socket.on("close", end);
    socket.on("error", (error) => resolve({ status: 0, headers: {}, body: error.message }));
    socket.on("unexpected-response", (_, response: IncomingMessage) => refused(response));
  });
}
