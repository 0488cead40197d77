import { Teller } from "../../lib/adapter/teller.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { CallError } from "../../lib/format/grpc_frame.ts";
import { carry } from "../adapter/carry.ts";
import type { CaseBook } from "./case_book.ts";
import type { RealBank } from "./real_bank.ts";
import type { Show } from "./verdict.ts";

/** How often a branch is asked before it counts as one that never comes to know, 30 s each. */
const triesMax = 3;

/** Says that branches did not come to agree. */
export class Unsettled extends Error {
  override readonly name = "Unsettled";
}

/**
 * Asks each branch for its balance once it knows all that `session` has seen.
 *
 * The session does the waiting: a branch answers as soon as it has heard of all of it.
 *
 * @throws {Unsettled} when one never does.
 */
export async function show(
  bank: RealBank,
  { when, session, book }: {
    readonly when: string;
    readonly session: VersionVector;
    readonly book: CaseBook;
  },
): Promise<Show> {
  const teller = new Teller({ secret: bank.secret });
  const balances = new Map<BranchId, bigint>();
  for (const [branch, address] of bank.addresses) {
    for (let tries = 1; !balances.has(branch); tries++) {
      try {
        const call = { branch, address, command: { action: "query" }, session } as const;
        const { result, session: known } = await carry(teller, call);
        if (result.kind !== "balance") throw new TypeError(`a query was told ${result.kind}`);
        balances.set(branch, result.balance);
        book.saw({ branch, balance: result.balance, known });
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        const isLast = tries === triesMax ||
          !error.isRetriable && error.code !== "DEADLINE_EXCEEDED";
        if (isLast) {
          throw new Unsettled(`${when}, branch ${branch} tells no balance: ${error.message}`);
        }
      }
    }
  }
  return { when, balances };
}
