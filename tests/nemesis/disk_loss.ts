import { aWhile, type Fault } from "./fault.ts";
import type { Load } from "./load.ts";
import { journalOf } from "./real_bank.ts";
import { show } from "./settlement.ts";
import type { CaseBook } from "./case_book.ts";
import type { Turn } from "./turn.ts";

/**
 * Lets one branch lose its journal, and come back with none while others are at work.
 *
 * It comes out of a quiet moment in which all branches know the same. Otherwise a write that
 * was acknowledged while no peer could be reached would be lost with the only disk that has it,
 * and rightly so: that is what the acknowledgement policy says.
 */
export function losingDisks(
  { load, book, links }: {
    readonly load: Load;
    readonly book: CaseBook;
    /** Held by whoever disturbs links. */
    readonly links: Turn;
  },
): Fault {
  return async ({ bank, random, diary }) => {
    const victim = random.pick(bank.branches);
    await links.take(async () => {
      await load.rest();
      await bank.heal();
      await show(bank, { when: "before a disk is lost", session: load.session, book });
      diary.count("disks lost");
      diary.note(`branch ${victim.id} loses its disk`);
      await victim.kill();
      for (const end of ["", "-wal", "-shm", "-journal"]) remove(`${journalOf(victim)}${end}`);
      load.start();
      await aWhile(random);
      victim.start();
      await victim.listens();
      await show(bank, { when: "after a disk was lost", session: load.session, book });
    });
  };
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // SQLite leaves files beside a journal, or does not.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
