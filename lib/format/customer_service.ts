import type { BranchId } from "../core/ids.ts";
import type { Host } from "../host/host.ts";
import type { CustomerRequest, CustomerResponse } from "./customer_wire.ts";
import { rejected, StatusError } from "./status_error.ts";

/** A branch, and what drives it. */
export interface ServedBranch {
  readonly branch: BranchId;
  readonly host: Host;
}

/** Lets a branch execute what a customer asks of it, for the so-manieth time. @throws {StatusError} */
export async function executed(
  { branch, host }: ServedBranch,
  { branch: meant, commands, session, attempt }: CustomerRequest & { readonly attempt: number },
): Promise<CustomerResponse> {
  // Two branches would each execute it once, and nobody could tell.
  if (meant !== undefined && meant !== branch) {
    const details = `the command is for branch ${meant}, and this is branch ${branch}`;
    throw new StatusError("FAILED_PRECONDITION", details);
  }
  const executed = await host.execute(commands, session, { attempt });
  if (executed.kind === "rejected") throw rejected(executed.rejection);
  return { results: executed.results, session: executed.known };
}
