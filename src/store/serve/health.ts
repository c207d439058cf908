import { GrpcError, loadService, type ProtocolDescriptor, type UnaryHandler } from "../../net/index.ts";

/** The standard gRPC health protocol. */
const HEALTH: ProtocolDescriptor = {
  services: {
    "grpc.health.v1.Health": [
      {
        method: "Check",
        path: "/grpc.health.v1.Health/Check",
        request: "grpc.health.v1.HealthCheckRequest",
        response: "grpc.health.v1.HealthCheckResponse",
      },
    ],
  },
  messages: {
    "grpc.health.v1.HealthCheckRequest": [{ name: "service", n: 1, type: "string" }],
    "grpc.health.v1.HealthCheckResponse": [
      { name: "status", n: 1, type: "grpc.health.v1.HealthCheckResponse.ServingStatus" },
    ],
  },
  enums: { "grpc.health.v1.HealthCheckResponse.ServingStatus": { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2 } },
};

export const HEALTH_SERVICE = loadService(HEALTH, "grpc.health.v1.Health");

/** Healthy while `check` resolves. */
export function healthHandlers(
  check: () => Promise<unknown>,
  services: readonly string[],
): Record<string, UnaryHandler> {
  return {
    Check: async ({ service }: { readonly service: string }) => {
      if (service !== "" && !services.includes(service)) throw new GrpcError("notFound", "unknown service");
      const status = await check().then(
        () => "SERVING",
        () => "NOT_SERVING",
      );
      return { status };
    },
  };
}
