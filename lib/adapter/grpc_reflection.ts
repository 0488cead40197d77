import type { handleBidiStreamingCall, Server } from "@grpc/grpc-js";
import { Reflection } from "../format/reflection.ts";
import { reflectionDraftService, reflectionService } from "../format/standard_contract.ts";
import descriptors from "../gen/descriptors.json" with { type: "json" };
import type { ServerReflectionRequest__Output } from "../gen/grpc/reflection/v1/ServerReflectionRequest.ts";
import type { ServerReflectionResponse } from "../gen/grpc/reflection/v1/ServerReflectionResponse.ts";

/**
 * Lets ordinary gRPC tools ask a server what it serves, and with which messages: gRPC's server
 * reflection, as v1 and under the name of its draft, v1alpha.
 */
export function addReflection(server: Server): void {
  const reflection = new Reflection(descriptors);
  const ServerReflectionInfo: handleBidiStreamingCall<
    ServerReflectionRequest__Output,
    ServerReflectionResponse
  > = (stream) => {
    stream.on("data", (request: ServerReflectionRequest__Output) => {
      if (!stream.write(reflection.answer(request))) stream.pause();
    });
    stream.on("drain", () => stream.resume());
    stream.on("end", () => stream.end());
  };
  server.addService(reflectionService, { ServerReflectionInfo });
  server.addService(reflectionDraftService, { ServerReflectionInfo });
}
