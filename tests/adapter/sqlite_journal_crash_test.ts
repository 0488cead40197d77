import { assert, assertEquals, assertMatch } from "@std/assert";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import {
  contentsOf,
  type JournalContents,
  type JournalRecord,
} from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { Founding } from "../../lib/format/founding.ts";
import {
  branch,
  commandId,
  deposits,
  generation,
  madeMs,
  outcomesOf,
  record,
  vector,
  withdrawal,
} from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;
const [one, two] = [branch(1), branch(2)];
const founding: Founding = { bank: "5ec2e7", branch: one, members: [one, two], opening: money(0) };

const commitCount = 60;
/** Of SQLite's write-ahead log: its head, and each frame, a head and a page. */
const [logHeadBytes, frameBytes] = [32, 24 + 4_096];

/** The commits of a branch: of one to four records each, long and short, all kinds of them. */
const commits = Array.from({ length: commitCount }, (_, index): readonly JournalRecord[] => {
  const own = record({
    origin: one,
    first: index * 5 + 1,
    after: vector({ 2: index }),
    entries: deposits(`own/${index}`, 5),
  });
  const foreign = record({ origin: two, first: index + 1 });
  const refusal: JournalRecord = {
    kind: "refusal",
    write: withdrawal(`refused/${index}`, index),
    refusal: index % 2 === 0 ? "insufficient funds" : "balance limit",
  };
  const again: JournalRecord = { ...refusal, write: withdrawal(`again/${index}`, index) };
  return [foreign, refusal, again, own].slice(3 - index % 4);
});

/** The same with a checkpoint in the middle; what stands before it from some record on is kept. */
const checkedCommits = commits.with(commitCount / 2, [checkpointAfter(commitCount / 2)]);

function checkpointAfter(count: number): CheckpointRecord {
  const before = commits.slice(0, count).flat();
  const number = before.length + 1;
  const from = Math.floor(number / 2);
  const own = before.slice(from - 1).filter((row) => row.kind !== "checkpoint")
    .filter((row) => row.kind === "refusal" || row.origin === one);
  const size = own.reduce((sum, row) => sum + outcomesOf(row), 0);
  return {
    kind: "checkpoint",
    number,
    ledger: {
      accounts: [{
        branch: one,
        known: 9,
        lastId: commandId("z"),
        deposited: money(7),
        allowance: money(1_000),
      }],
    },
    after: vector({ 2: count }),
    hasBegun: true,
    expiredMs: madeMs,
    generations: [generation({ number: from, size })],
    heldFrom: from,
  };
}

/** What a crash leaves of a journal: its file, and SQLite's log beside it. */
interface Image {
  readonly main: Uint8Array;
  readonly log?: Uint8Array;
}

function textOf(row: JournalRecord): string {
  return JSON.stringify(
    row,
    (_, value) =>
      typeof value === "bigint" ? `${value}` : value instanceof Map ? [...value] : value,
  );
}

/** What a journal of some commits tells, as a text, by what the commits are. */
class Told {
  readonly #counts = new Map<string, number>();

  constructor(commits: readonly (readonly JournalRecord[])[]) {
    for (let count = 0; count <= commits.length; count++) {
      this.#counts.set(textOfAll(contentsOf(one, commits.slice(0, count).flat())), count);
    }
  }

  /** Tells how many commits those are that a journal tells, where they are whole. */
  commitsIn(contents: JournalContents): number | undefined {
    return this.#counts.get(textOfAll(contents));
  }
}

function textOfAll({ checkpoint, remembered, records }: JournalContents): string {
  const earlier = checkpoint === undefined ? [] : [checkpoint, ...remembered];
  return [...earlier, ...records].map(textOf).join("\n");
}

/** Images of a journal: of each moment after a commit while it is open, and closed. */
function images(
  folder: TemporaryFolder,
  written: readonly (readonly JournalRecord[])[] = commits,
): { readonly open: readonly Image[]; closed: Image } {
  const path = folder.at("original.journal");
  const journal = new SqliteJournal(path, founding);
  const open = written.map((records) => {
    journal.commit(records);
    return { main: Deno.readFileSync(path), log: Deno.readFileSync(`${path}-wal`) };
  });
  journal.close();
  return { open, closed: { main: Deno.readFileSync(path) } };
}

/** Opens copies of journals, each under a name of its own. */
class Copies {
  readonly #folder: TemporaryFolder;
  readonly #told: Told;
  readonly refusals = new Map<string, number>();
  restored = 0;
  #count = 0;

  constructor(folder: TemporaryFolder, written = commits) {
    this.#folder = folder;
    this.#told = new Told(written);
  }

  /** Tells how many commits a copy restores, or nothing if it is refused. */
  commitsOf({ main, log }: Image, what: string): number | undefined {
    const path = this.#folder.at(`${++this.#count}.journal`);
    Deno.writeFileSync(path, main);
    if (log !== undefined) Deno.writeFileSync(`${path}-wal`, log);
    let journal: SqliteJournal | undefined;
    let count: number | undefined;
    try {
      journal = new SqliteJournal(path, founding);
      count = this.#told.commitsIn(journal.read());
    } catch (error) {
      this.#refused(path, error, what);
      return undefined;
    } finally {
      journal?.close();
      for (const end of ["", "-wal", "-journal", "-shm"]) remove(`${path}${end}`);
    }
    this.restored += 1;
    assert(count !== undefined, `${what}: what is told is no whole commits`);
    return count;
  }

  #refused(path: string, error: unknown, what: string): void {
    const message = error instanceof Error ? error.message : `${error}`;
    assert(message.startsWith(`${path} `), `${what}: ${message}`);
    assertMatch(message, /^[^\n]+$/);
    const reason = message.slice(path.length).replaceAll(/\d+/g, "N");
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // SQLite leaves files beside a journal, or does not.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function flipped(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = (copy[offset] ?? 0) ^ (1 << offset % 8);
  return copy;
}

/** Tells every `stride`th whole number below `end`. */
function strides(end: number, stride: number): readonly number[] {
  return Array.from({ length: Math.ceil(end / stride) }, (_, index) => index * stride);
}

permitted("SqliteJournal has every commit that was acknowledged before a crash", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder);
  images(folder).open.forEach((image, index) => {
    assertEquals(copies.commitsOf(image, `after commit ${index}`), index + 1);
  });
});

permitted("SqliteJournal restores whole commits wherever its log was cut off", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder);
  const { main, log = new Uint8Array() } = images(folder).open.at(-1) ?? { main: new Uint8Array() };
  const frames = Math.floor((log.length - logHeadBytes) / frameBytes);
  const bounds = Array.from(
    { length: frames + 1 },
    (_, index) => logHeadBytes + index * frameBytes,
  );
  const cuts = new Set([
    ...bounds.flatMap((bound) => [bound - 1, bound, bound + 1, bound + 24]),
    ...strides(log.length, 9_973),
    ...strides(2 * frameBytes, 97),
    log.length,
  ]);
  let before = 0;
  for (const cut of [...cuts].filter((at) => at <= log.length).sort((a, b) => a - b)) {
    const image = { main, log: log.slice(0, cut) };
    const count = copies.commitsOf(image, `cut off after ${cut} bytes`);
    if (count === undefined) continue;
    assert(count >= before, `cut off after ${cut} bytes: a longer log has no fewer commits`);
    before = count;
  }
  assertEquals(before, commitCount);
});

permitted("SqliteJournal accepts nothing wrong of a file in which a bit changed", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder);
  const { closed: { main } } = images(folder);
  const heads = strides(main.length, 4_096).flatMap((page) =>
    Array.from({ length: page === 0 ? 120 : 24 }, (_, index) => page + index)
  );
  for (const offset of new Set([...heads, ...strides(main.length, 127)])) {
    copies.commitsOf({ main: flipped(main, offset) }, `bit ${offset % 8} of byte ${offset}`);
  }
  assert(copies.refusals.size > 0 && copies.restored > 0);
});

permitted("SqliteJournal accepts nothing wrong of a log in which a bit changed", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder);
  const { main, log = new Uint8Array() } = images(folder).open.at(-1) ?? { main: new Uint8Array() };
  const offsets = new Set([...strides(logHeadBytes + 60, 1), ...strides(log.length, 3_989)]);
  for (const offset of offsets) {
    const image = { main, log: flipped(log, offset) };
    copies.commitsOf(image, `bit ${offset % 8} of byte ${offset} of the log`);
  }
  assert(copies.restored > 0);
});

permitted("SqliteJournal with a checkpoint has every commit that was acknowledged", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder, checkedCommits);
  images(folder, checkedCommits).open.forEach((image, index) => {
    assertEquals(copies.commitsOf(image, `after commit ${index}`), index + 1);
  });
});

permitted("SqliteJournal tells nothing wrong around a checkpoint when a bit changed", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder, checkedCommits);
  const { closed: { main } } = images(folder, checkedCommits);
  for (const offset of strides(main.length, 61)) {
    copies.commitsOf({ main: flipped(main, offset) }, `bit ${offset % 8} of byte ${offset}`);
  }
  assert(copies.refusals.size > 0 && copies.restored > 0);
});
