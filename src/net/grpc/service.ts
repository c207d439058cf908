import { Buffer } from "node:buffer";
import { loadProtocol, type Message, type MessageCodec, type ProtocolDescriptor } from "./codec.ts";
import { HeldBytes } from "../held-bytes.ts";
import { isPrepared } from "./prepared.ts";
import { GrpcError } from "./status.ts";
import { WireWriter } from "./wire.ts";

/** What gRPC puts before each message: whether it is compressed, and its length. */
export const MESSAGE_PREFIX_BYTES = 5;

/** One method: its place and how its messages are read and written. */
export interface GrpcMethod<Request extends object = Message, Response extends object = Message> {
  readonly name: string;
  readonly path: string;
  readonly isClientStreaming: boolean;
  readonly isServerStreaming: boolean;
  /** With gRPC's five bytes in front, ready for the stream. */
  frameRequest(request: Request): Uint8Array;
  decodeRequest(bytes: Uint8Array): Request;
  frameResponse(response: Response): Uint8Array;
  decodeResponse(bytes: Uint8Array): Response;
}

/** The methods of one service. */
export interface GrpcService {
  readonly name: string;
  readonly methods: readonly GrpcMethod[];
  /** A method by name; the caller says which types it has. */
  method<Request extends object = Message, Response extends object = Message>(
    name: string,
  ): GrpcMethod<Request, Response>;
}

/** A service from its descriptor, e.g. "runtime.v1.ImageService". */
export function loadService(descriptor: ProtocolDescriptor, name: string): GrpcService {
  const listed = descriptor.services[name];
  if (!listed) throw new TypeError(`load service: the protocol has no ${name}`);
  const protocol = loadProtocol(descriptor);
  const methods = listed.map((method): GrpcMethod => {
    const request = protocol.codec(method.request);
    const response = protocol.codec(method.response);
    return {
      name: method.method,
      path: method.path,
      isClientStreaming: method.clientStreaming ?? false,
      isServerStreaming: method.serverStreaming ?? false,
      frameRequest: (value) => frame(request, value),
      decodeRequest: (bytes) => request.decode(bytes),
      frameResponse: (value) => frame(response, value),
      decodeResponse: (bytes) => response.decode(bytes),
    };
  });
  return {
    name,
    methods,
    method<Request extends object, Response extends object>(wanted: string) {
      const found = methods.find((method) => method.name === wanted);
      if (!found) throw new TypeError(`load method: ${name} has no ${wanted}`);
      return found as unknown as GrpcMethod<Request, Response>;
    },
  };
}

function frame(codec: MessageCodec, value: object): Uint8Array {
  const writer = new WireWriter();
  if (isPrepared(value)) writer.reserve(MESSAGE_PREFIX_BYTES + value.bytesMax);
  const start = writer.skip(MESSAGE_PREFIX_BYTES);
  codec.encodeTo(value, writer);
  writer.setUint8(start, 0);
  writer.setUint32(start + 1, writer.length - MESSAGE_PREFIX_BYTES);
  return writer.finish();
}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  readonly #limitBytes: number;
  readonly #held = new HeldBytes();
  #sizeBytes = 0;
  /** What must be there before more can be read. */
  #wantedBytes = MESSAGE_PREFIX_BYTES;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Whether bytes of an unfinished message wait. */
  get isInMessage(): boolean {
    return this.#sizeBytes > 0;
  }

  /** The messages that are whole now. */
  push(chunk: Buffer): Uint8Array[] {
    const messages: Uint8Array[] = [];
    let rest = chunk;
    if (this.#sizeBytes > 0 || chunk.length < this.#wantedBytes) {
      this.#held.push(chunk);
      this.#sizeBytes += chunk.length;
      if (this.#sizeBytes < this.#wantedBytes) return messages;
      rest = this.#join();
    }
    while (rest.length >= MESSAGE_PREFIX_BYTES) {
      this.#wantedBytes = MESSAGE_PREFIX_BYTES + this.#lengthIn(rest);
      if (rest.length < this.#wantedBytes) break;
      messages.push(rest.subarray(MESSAGE_PREFIX_BYTES, this.#wantedBytes));
      rest = rest.subarray(this.#wantedBytes);
      this.#wantedBytes = MESSAGE_PREFIX_BYTES;
    }
    if (rest.length > 0) this.#held.push(rest);
    this.#sizeBytes = rest.length;
    return messages;
  }

  #lengthIn(head: Buffer): number {
    const length = head.readUInt32BE(1);
    if (head[0] !== 0) throw new GrpcError("unimplemented", "read message: it is compressed, want identity encoding");
    if (length > this.#limitBytes)
      throw new GrpcError(
        "resourceExhausted",
        // The words of the original's library: clients look for them.
        `grpc: received message larger than max (${length} vs. ${this.#limitBytes})`,
      );
    return length;
  }

  #join(): Buffer {
    const pieces = this.#held.take() as Buffer[];
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}
