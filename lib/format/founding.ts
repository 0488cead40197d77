import type { BranchId } from "../core/ids.ts";
import { type Money, money } from "../core/money.ts";

/** What is fixed when a bank is founded, and the same for all of its branches. */
export interface BankFounding {
  /** Tells this bank from all others. */
  readonly bank: string;
  /** All branches of the bank, ascending. */
  readonly members: readonly BranchId[];
  readonly opening: Money;
}

/** What stands in a branch's journal from the beginning. */
export interface Founding extends BankFounding {
  /** Whose journal it is. */
  readonly branch: BranchId;
}

/** Writes a founding as text: the same text for the same founding. */
export function writeFounding({ bank, branch, members, opening }: Founding): string {
  return JSON.stringify({ bank, branch, members, opening: Number(opening) });
}

/** Reads a founding that {@linkcode writeFounding} wrote. */
export function readFounding(text: string): Founding {
  const { opening, ...founding } = JSON.parse(text);
  if (!Array.isArray(founding.members)) throw new Error("its founding is damaged");
  return { ...founding, opening: money(opening) };
}

/** What branches say to each other, and how; another version of it is a stranger. */
const protocolVersion = 1;

/** Writes what is the same for all branches of a bank, for another branch to compare. */
export function writeBank({ bank, members, opening }: BankFounding): string {
  return JSON.stringify({ version: protocolVersion, bank, members, opening: Number(opening) });
}

/** Says how the bank of another branch differs, of which {@linkcode writeBank} wrote `text`. */
export function strangeness(text: string, own: BankFounding): string {
  let theirs: Partial<Record<"version" | "bank" | "members" | "opening", unknown>>;
  try {
    theirs = JSON.parse(text);
  } catch {
    return "it speaks another version";
  }
  const { version, bank, members, opening } = theirs;
  if (version !== protocolVersion || !Array.isArray(members)) return "it speaks another version";
  const founding = { bank: String(bank), members, opening: money(Number(opening)) };
  return bankDifference(founding, own) ?? "it takes this branch for one of another bank";
}

/** Says how a journal differs from the bank that it is to serve; nothing if it does not. */
export function foreignness(journal: Founding, wanted: Founding): string | undefined {
  if (journal.branch !== wanted.branch) {
    return `it is the journal of branch ${journal.branch}, not of branch ${wanted.branch}`;
  }
  return bankDifference(journal, wanted);
}

function bankDifference(theirs: BankFounding, own: BankFounding): string | undefined {
  if (theirs.bank !== own.bank) {
    return `it is of the bank ${theirs.bank}, not of the bank ${own.bank}`;
  }
  if (theirs.members.join() !== own.members.join()) {
    return `its bank has the branches ${theirs.members.join(", ")}, not ${own.members.join(", ")}`;
  }
  if (theirs.opening !== own.opening) {
    return `its bank opened with ${theirs.opening}, not with ${own.opening}`;
  }
  return undefined;
}
