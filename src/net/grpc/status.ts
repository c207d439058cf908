/** gRPC's status codes by name. */
export const GRPC_STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;
export type GrpcStatusName = keyof typeof GRPC_STATUS;

const NAMES = Object.keys(GRPC_STATUS) as GrpcStatusName[];

export type GrpcMetadata = Readonly<Record<string, string>>;

/** A call that ended with a status other than OK. Code "unavailable" may be retried. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcStatusName;
  /** What came with the status. */
  readonly trailers: GrpcMetadata;

  constructor(
    code: GrpcStatusName,
    message: string,
    options: ErrorOptions & { readonly trailers?: GrpcMetadata } = {},
  ) {
    super(message, options);
    this.code = code;
    this.trailers = options.trailers ?? {};
  }
}

export function statusName(code: number): GrpcStatusName {
  return NAMES[code] ?? "unknown";
}

/** The status that an HTTP status stands for when a proxy answers instead of a gRPC server. */
export function statusOfHttp(status: number): GrpcStatusName {
  if (status === 400) return "internal";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "permissionDenied";
  if (status === 404) return "unimplemented";
  if (status === 429 || (status >= 502 && status <= 504)) return "unavailable";
  return "unknown";
}

export function encodeStatusMessage(message: string): string {
  return encodeURIComponent(message).replace(/%(20|3A|2C|22|2F|3D|5B|5D|28|29)/g, (escape) =>
    decodeURIComponent(escape),
  );
}

export function decodeStatusMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
