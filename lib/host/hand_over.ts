import type { BranchId } from "../core/ids.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { type Host, OverloadError } from "./host.ts";
import type { Delivery } from "./ports.ts";

/** Hands a request over to a branch of the same process, and tells what became of it. */
export async function handOver(
  request: PeerRequest,
  { to, host }: { readonly to: BranchId; readonly host: Host },
): Promise<Delivery> {
  const answer = await unlessBusy(host.propagate(request));
  if (answer === undefined) return silence(request, to);
  const { kind: _, ticket: __, ...said } = answer;
  return { ...said, kind: "answer", from: to, attempt: request.attempt };
}

/** Waits for an answer; a branch that has too much to do says nothing, as over a network. */
export async function unlessBusy<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OverloadError)) throw error;
    return undefined;
  }
}

/** Says that a request got no answer from a branch. */
export function silence({ attempt }: PeerRequest, from: BranchId): Delivery {
  return { kind: "silence", from, attempt };
}
