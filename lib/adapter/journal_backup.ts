import type { BranchId } from "../core/ids.ts";
import type { Log } from "../format/log_record.ts";
import { reasonOf } from "../format/reason.ts";
import type { Journal } from "../host/ports.ts";

/** What a branch's backups are made with. */
export interface JournalBackupParts {
  readonly branch: BranchId;
  /** The file that is to be a copy of the journal. */
  readonly path: string;
  readonly journal: Pick<Journal, "copy">;
  /** Whether the branch is sure of its log. */
  readonly isSure: () => boolean;
  readonly log: Log;
  /** Hears whether a copy was made. */
  readonly tried: (isMade: boolean) => void;
}

/**
 * Copies the journal of a branch to a file while the branch runs.
 *
 * A copy is made beside that file and takes its name when all of it is on the disk, so under the
 * name there is a whole copy, or none. None is made while the branch makes sure of its log: it
 * would take the place of one that may know more.
 */
export class JournalBackup {
  readonly #parts: JournalBackupParts;
  #isRunning = false;

  /** Makes none before it is asked. */
  constructor(parts: JournalBackupParts) {
    this.#parts = parts;
  }

  /** Makes a copy, unless one is being made, and tells the log what has come of it. */
  async make(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { branch, path: file, log, tried } = this.#parts;
    const startMs = performance.now();
    try {
      const bytes = await this.#make();
      const ms = Math.round(performance.now() - startMs);
      const message = `branch ${branch} copied its journal to ${file}: ${bytes} bytes in ${ms} ms`;
      log({ level: "info", event: "backup_made", message, fields: { branch, file, bytes, ms } });
      tried(true);
    } catch (error) {
      const message = `the journal of branch ${branch} is not copied: ${reasonOf(error)}`;
      log({ level: "error", event: "backup_failed", message, fields: { branch, file } });
      tried(false);
    } finally {
      this.#isRunning = false;
    }
  }

  async #make(): Promise<number> {
    const { path, journal, isSure } = this.#parts;
    if (journal.copy === undefined) throw new Error("it is in no file");
    if (!isSure()) throw new Error("the branch makes sure first that it has forgotten nothing");
    const unfinished = `${path}.new`;
    removeAll(unfinished);
    try {
      await journal.copy(unfinished, breather());
      using file = Deno.openSync(unfinished, { read: true, write: true });
      await file.sync();
      Deno.renameSync(unfinished, path);
      return file.statSync().size;
    } catch (error) {
      removeAll(unfinished);
      throw error;
    }
  }
}

/** What others have of the time while a journal is copied, to what that takes. */
const othersShare = 3;

/** Makes a pause: it lasts so many times as long as the work since the one before. */
function breather(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    const tookMs = performance.now() - sinceMs;
    await new Promise((resolve) => setTimeout(resolve, othersShare * tookMs));
    sinceMs = performance.now();
  };
}

/** Removes what a copy that came to no end has left. */
function removeAll(path: string): void {
  for (const each of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    try {
      Deno.removeSync(each);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
