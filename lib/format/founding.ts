import type { BranchId } from "../core/ids.ts";
import { type Money, money } from "../core/money.ts";
import { knownOf, type VersionVector } from "../core/version_vector.ts";

/** What is fixed when a bank is founded, and stands in the journal of each of its branches. */
export interface Founding {
  /** Tells this bank from all others; drawn when it is founded. */
  readonly bank: string;
  /** Whose journal it is. */
  readonly branch: BranchId;
  /** All branches of the bank, ascending. */
  readonly members: readonly BranchId[];
  readonly opening: Money;
}

/** Writes a founding as text. */
export function writeFounding({ opening, ...founding }: Founding): string {
  return JSON.stringify({ ...founding, opening: Number(opening) });
}

/** Reads a founding that {@linkcode writeFounding} wrote. */
export function readFounding(text: string): Founding {
  const { opening, ...founding } = JSON.parse(text);
  if (!Array.isArray(founding.members)) throw new Error("its founding is damaged");
  return { ...founding, opening: money(opening) };
}

/** Says how a journal differs from the bank that it is to serve; nothing if it does not. */
export function foreignness(journal: Founding, wanted: Founding): string | undefined {
  if (journal.branch !== wanted.branch) {
    return `it is the journal of branch ${journal.branch}, not of branch ${wanted.branch}`;
  }
  if (journal.members.join() !== wanted.members.join()) {
    return `its bank has the branches ${journal.members.join(", ")}, not ${
      wanted.members.join(", ")
    }`;
  }
  if (journal.opening !== wanted.opening) {
    return `its bank opened with ${journal.opening}, not with ${wanted.opening}`;
  }
  return undefined;
}

/** What the journal of one branch says, at the start of a run. */
export interface JournalState {
  readonly branch: BranchId;
  readonly bank: string;
  readonly known: VersionVector;
}

/**
 * Says why journals cannot go on together; nothing if they can.
 *
 * A branch whose journal was lost, or is an older copy, would use sequences again that others
 * already know, and so give two entries one name.
 */
export function disagreement(states: readonly JournalState[]): string | undefined {
  const [first] = states;
  const isEmpty = states.every(({ known }) => known.size === 0);
  if (isEmpty && states.some(({ bank }) => bank !== first?.bank)) {
    return "the bank was not founded to its end, and nothing is in it; remove its journals";
  }
  for (const { branch, bank, known } of states) {
    if (first !== undefined && bank !== first.bank) {
      return `the journals of branches ${first.branch} and ${branch} are of different banks, ` +
        "or one of them was lost";
    }
    for (const other of states) {
      const heard = knownOf(other.known, branch);
      if (heard > knownOf(known, branch)) {
        return `branch ${branch} has lost what it wrote: branch ${other.branch} knows its entry ` +
          `${heard}, its own journal ends with ${knownOf(known, branch)}`;
      }
    }
  }
  return undefined;
}
