import type { BranchId } from "../core/ids.ts";
import type { ClaimRequest__Output } from "../gen/bank/v1/ClaimRequest.ts";
import type { ClaimResponse } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchRequest__Output } from "../gen/bank/v1/FetchRequest.ts";
import type { FetchResponse } from "../gen/bank/v1/FetchResponse.ts";
import type { PropagateRequest__Output } from "../gen/bank/v1/PropagateRequest.ts";
import type { PropagateResponse } from "../gen/bank/v1/PropagateResponse.ts";
import type { Host } from "../host/host.ts";
import {
  readClaim,
  readFetch,
  readPropagation,
  writeAcknowledgement,
  writeClaimed,
  writeFetched,
  writePropagated,
} from "./peer_wire.ts";
import { StatusError } from "./status_error.ts";

/** The branches of a process, by id. */
type Hosts = ReadonlyMap<BranchId, Host>;

/** Brings records to the branches that they are for. @throws {StatusError | MalformedError} */
export async function propagated(
  hosts: Hosts,
  message: PropagateRequest__Output,
): Promise<PropagateResponse> {
  const request = readPropagation(message);
  const acknowledgements = request.to.map(async (branch) =>
    writeAcknowledgement(branch, await servedHere(hosts, branch).propagate(request))
  );
  return writePropagated(request, await Promise.all(acknowledgements));
}

/** Gives records out of a branch's journal. @throws {StatusError | MalformedError} */
export function fetched(hosts: Hosts, message: FetchRequest__Output): FetchResponse {
  const { to, ...request } = readFetch(message);
  return writeFetched(servedHere(hosts, to).recordsAfter(request));
}

/** Lets a branch answer a claim. @throws {StatusError | MalformedError} */
export async function claimed(hosts: Hosts, message: ClaimRequest__Output): Promise<ClaimResponse> {
  const { to, ...claim } = readClaim(message);
  const answer = await servedHere(hosts, to).claim(claim);
  if (answer !== undefined) return writeClaimed(answer);
  throw new StatusError("UNAVAILABLE", `branch ${to} makes sure of its log`);
}

/** @throws {StatusError} when another process serves the branch. */
function servedHere(hosts: Hosts, branch: BranchId): Host {
  const host = hosts.get(branch);
  if (host !== undefined) return host;
  throw new StatusError("NOT_FOUND", `branch ${branch} is not served here`);
}
