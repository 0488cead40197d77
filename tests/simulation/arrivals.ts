import type { Entry } from "../../lib/core/entry.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import type { JournalRecord, RefusalRecord } from "../../lib/core/journal_record.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { demand } from "./breach.ts";
import { type Logs, text } from "./logs.ts";

/** The first time that a write came to a branch, since that started. */
interface Arrival {
  /** How far all logs went. */
  readonly ends: VersionVector;
  /** How often it came since then, this time included. */
  copies: number;
}

/** When the writes came that branches have not forgotten by a crash, and whether they may refuse. */
export class Arrivals {
  readonly #logs: Logs;
  readonly #atBranches = new Map<BranchId, Map<CommandId, Arrival>>();

  /** Knows what was ever committed. */
  constructor(logs: Logs) {
    this.#logs = logs;
  }

  /** A write comes to a branch. */
  arrived(branch: BranchId, id: CommandId): void {
    const here = this.#atBranches.get(branch) ?? new Map<CommandId, Arrival>();
    this.#atBranches.set(branch, here);
    const earlier = here.get(id);
    if (earlier === undefined) here.set(id, { ends: this.#logs.ends, copies: 1 });
    else earlier.copies += 1;
  }

  /** A branch starts: whatever came to it before is gone, but for what it has written down. */
  restarted(branch: BranchId): void {
    this.#atBranches.delete(branch);
  }

  /** Tells when a write came first. */
  of(branch: BranchId, id: CommandId): Arrival | undefined {
    return this.#atBranches.get(branch)?.get(id);
  }

  /**
   * A branch that knows so much of all logs refuses a write, in a step that commits this page.
   *
   * The bank had too little for a withdrawal: the branch must know all that anyone had committed
   * when it was asked first, and that must not cover it.
   */
  refused(branch: BranchId, { write, refusal }: RefusalRecord, { known, batch, page }: {
    readonly known: VersionVector;
    readonly batch: readonly CommandId[];
    readonly page: readonly JournalRecord[];
  }): void {
    const { id, action, amount } = write;
    const what = `branch ${branch} refuses ${amount} (${id}) at ${text(known)}`;
    const isKind = action === "withdraw" && refusal === "insufficient funds";
    demand("refused rightly", isKind, () => `${what}: ${refusal}`);
    const arrival = this.of(branch, id);
    demand("refused rightly", arrival !== undefined, () => `${what}, and nobody asks`);
    const lacking = [...arrival?.ends ?? []].filter(([of, end]) => (known.get(of) ?? 0) < end);
    const lacks = () => `${what}, and ${text(new Map(lacking))} was there when it was asked`;
    demand("refused rightly", lacking.length === 0, lacks);
    const own = page.filter((record) => record.kind === "entries" && record.origin === branch);
    const last = known.get(branch) ?? 0;
    const balances = balancesAround(id, {
      balance: this.#logs.balanceAt(known),
      entries: own.flatMap((record) =>
        record.kind === "entries" && record.first > last ? record.entries : []
      ),
      ...{ batch, isOnly: arrival?.copies === 1 },
    });
    const isShort = balances.some((balance) => balance < amount);
    demand("refused rightly", isShort, () => `${what}, where the balance is ${balances}`);
  }
}

/**
 * Tells what the balance may have been when a write was decided in a step that changed it from
 * `balance` on by these entries.
 *
 * A request is executed whole. So if it came once only (`isOnly`), its entries stand together, and
 * the write was decided after those of earlier commands of its batch, before those of later ones.
 * If none stand there, or it may have been decided twice in one step, it can have been anywhere.
 */
export function balancesAround(
  id: CommandId,
  { balance, entries, batch, isOnly }: {
    readonly balance: bigint;
    readonly entries: readonly Entry[];
    readonly batch: readonly CommandId[];
    readonly isOnly: boolean;
  },
): readonly bigint[] {
  const balances = [balance];
  for (const entry of entries) balances.push((balances.at(-1) ?? 0n) + changeOf(entry));
  if (!isOnly) return balances;
  const place = batch.indexOf(id);
  const stands = (among: readonly CommandId[]) =>
    entries.flatMap((entry, index) => among.includes(entry.id) ? [index] : []);
  const [before, behind] = [stands(batch.slice(0, place)), stands(batch.slice(place + 1))];
  const point = before.length > 0 ? Math.max(...before) + 1 : Math.min(...behind);
  return Number.isFinite(point) ? balances.slice(point, point + 1) : balances;
}

function changeOf(entry: Entry): bigint {
  if (entry.action === "grant") return 0n;
  return entry.action === "deposit" ? entry.amount : -entry.amount;
}
