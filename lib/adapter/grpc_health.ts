import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type Server,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import { limits } from "../core/limits.ts";
import { healthService } from "../format/standard_contract.ts";
import type { HealthCheckRequest__Output } from "../gen/grpc/health/v1/HealthCheckRequest.ts";
import type { HealthCheckResponse } from "../gen/grpc/health/v1/HealthCheckResponse.ts";
import type { HealthListResponse } from "../gen/grpc/health/v1/HealthListResponse.ts";

type Watch = ServerWritableStream<HealthCheckRequest__Output, HealthCheckResponse>;

/** The services that it speaks of; the one without a name is the server as a whole. */
const services: readonly string[] = ["", "bank.v1.BranchService"];

/**
 * Says whether a server serves, as gRPC's health checking has it (Check, Watch and List). It does
 * not until it is told so.
 *
 * The package `grpc-health-check` does the same. It reads its `.proto` file while it is imported,
 * for which a branch would need permissions that it has no other use for, and brings another
 * version of proto-loader.
 */
export class GrpcHealth {
  readonly #watches = new Set<Watch>();
  #isServing = false;
  #isDraining = false;

  /** Lets a server answer for it. */
  readonly addTo = (server: Server): void => {
    const check: handleUnaryCall<HealthCheckRequest__Output, HealthCheckResponse> = (
      call,
      answer,
    ) => this.#check(call.request, answer);
    const list: handleUnaryCall<unknown, HealthListResponse> = (_call, answer) =>
      answer(null, { statuses: Object.fromEntries(services.map((name) => [name, this.#said])) });
    const watch: handleServerStreamingCall<HealthCheckRequest__Output, HealthCheckResponse> = (
      call,
    ) => this.#watch(call);
    server.addService(healthService, { Check: check, List: list, Watch: watch });
  };

  /** Says from now on whether it serves, and tells those who watch if that is new. */
  set(isServing: boolean): void {
    if (isServing === this.#isServing || this.#isDraining) return;
    this.#isServing = isServing;
    for (const watch of this.#watches) watch.write(this.#said);
  }

  /**
   * Says for good that it does not serve, and ends the calls that watch, which would hold up the
   * end of the server.
   */
  drain(): void {
    this.set(false);
    this.#isDraining = true;
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  get #said(): HealthCheckResponse {
    return { status: this.#isServing ? "SERVING" : "NOT_SERVING" };
  }

  #check(
    { service }: HealthCheckRequest__Output,
    answer: sendUnaryData<HealthCheckResponse>,
  ): void {
    if (services.includes(service)) return answer(null, this.#said);
    const details = `there is no service ${JSON.stringify(service)} here`;
    answer({ code: status.NOT_FOUND, details });
  }

  #watch(call: Watch): void {
    if (this.#watches.size >= limits.healthWatchesMax) {
      const details = `${limits.healthWatchesMax} calls watch this branch already`;
      call.emit("error", { code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    // One that names another service may still come to be, says the protocol; so it stays open.
    if (!services.includes(call.request.service)) {
      call.write({ status: "SERVICE_UNKNOWN" });
      return;
    }
    call.write(this.#said);
    if (this.#isDraining) return void call.end();
    this.#watches.add(call);
    call.on("cancelled", () => this.#watches.delete(call));
  }
}
