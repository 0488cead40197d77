import type { Refusal } from "../../lib/adapter/grpc_transport.ts";
import type { BranchId } from "../../lib/core/ids.ts";

/** After so long it is held against a transport that it gave no answer, in milliseconds. */
const lateMs = 20_000;

/** Waits for what a transport tells, but not for ever. */
export async function told<Told>(start: (tell: (told: Told) => void) => void): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  AbortSignal.timeout(lateMs).onabort = () => reject(new Error("it told nothing"));
  start(resolve);
  return await promise;
}

/** A transport without branches of its own, of a bank or of another, and whom it has met. */
export async function transportTo(addresses: ReadonlyMap<BranchId, string>, digest?: string) {
  const { GrpcTransport } = await import("../../lib/adapter/grpc_transport.ts");
  const { bank, secret } = await import("./grpc_bank.ts");
  const strangers: Refusal[] = [];
  const met = (refusal: Refusal) => void strangers.push(refusal);
  const shown = { trust: { secret }, digest: digest ?? bank.digest, met };
  const transport = new GrpcTransport(new Map(), shown);
  transport.route(addresses);
  return { transport, strangers };
}
