import type { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { type Opened, openResponse, sealCall } from "../../lib/format/sealed_call.ts";

/** Lets a teller carry a command to a branch, as a run does for its customers. */
export async function carry(
  teller: Teller,
  { branch, address, command, session = nothingKnown }: {
    readonly branch: BranchId;
    readonly address: string;
    readonly command: Command;
    readonly session?: VersionVector;
  },
): Promise<Opened> {
  const { path, request } = sealCall(command, { branch, session });
  const call = { address, path, request: new Uint8Array(request) };
  return openResponse(command, await teller.call(call));
}
