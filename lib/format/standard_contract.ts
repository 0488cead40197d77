import { fromJSON } from "@grpc/proto-loader";
import descriptor from "../gen/grpc.json" with { type: "json" };
import type { HealthDefinition } from "../gen/grpc/health/v1/Health.ts";
import type { ServerReflectionDefinition } from "../gen/grpc/reflection/v1/ServerReflection.ts";
import { loaderOptions } from "./loader_options.ts";

// As in contract.ts: the loader does not know the shape of what it makes of a descriptor.
const namespace = descriptor as unknown as Parameters<typeof fromJSON>[0];
const definition = fromJSON(namespace, loaderOptions) as unknown as {
  "grpc.health.v1.Health": HealthDefinition;
  "grpc.reflection.v1.ServerReflection": ServerReflectionDefinition;
};

/** gRPC's own service by which a server says whether it serves. */
export const healthService: HealthDefinition = definition["grpc.health.v1.Health"];

/** gRPC's own service by which a server says what it serves. */
export const reflectionService: ServerReflectionDefinition =
  definition["grpc.reflection.v1.ServerReflection"];

const { ServerReflectionInfo } = reflectionService;

/** The same under the name of its draft, which many tools still ask for first, or only. */
export const reflectionDraftService: ServerReflectionDefinition = {
  ServerReflectionInfo: {
    ...ServerReflectionInfo,
    path: ServerReflectionInfo.path.replace(".v1.", ".v1alpha."),
  },
};
