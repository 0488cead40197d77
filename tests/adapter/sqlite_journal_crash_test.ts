import { assert, assertEquals, assertMatch } from "@std/assert";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { Founding } from "../../lib/format/founding.ts";
import { branch, deposits, record, vector, withdrawal } from "../core/samples.ts";
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

/** What a crash leaves of a journal: its file, and SQLite's log beside it. */
interface Image {
  readonly main: Uint8Array;
  readonly log?: Uint8Array;
}

const texts = commits.map((records) => records.map(textOf));
/** By the number of records: how many commits those are, where they are whole. */
const whole = new Map<number, number>([[0, 0]]);
texts.forEach((_, index) => whole.set(texts.slice(0, index + 1).flat().length, index + 1));
const all = texts.flat();

function textOf(row: JournalRecord): string {
  return JSON.stringify(
    row,
    (_, value) =>
      typeof value === "bigint" ? `${value}` : value instanceof Map ? [...value] : value,
  );
}

/** Images of a journal: of each moment after a commit while it is open, and closed. */
function images(folder: TemporaryFolder): { readonly open: readonly Image[]; closed: Image } {
  const path = folder.at("original.journal");
  const journal = new SqliteJournal(path, founding);
  const open = commits.map((records) => {
    journal.commit(records);
    return { main: Deno.readFileSync(path), log: Deno.readFileSync(`${path}-wal`) };
  });
  journal.close();
  return { open, closed: { main: Deno.readFileSync(path) } };
}

/** Opens copies of journals, each under a name of its own. */
class Copies {
  readonly #folder: TemporaryFolder;
  readonly refusals = new Map<string, number>();
  restored = 0;
  #count = 0;

  constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  /** Tells how many commits a copy restores, or nothing if it is refused. */
  commitsOf({ main, log }: Image, what: string): number | undefined {
    const path = this.#folder.at(`${++this.#count}.journal`);
    Deno.writeFileSync(path, main);
    if (log !== undefined) Deno.writeFileSync(`${path}-wal`, log);
    let journal: SqliteJournal | undefined;
    let rows: readonly string[];
    try {
      journal = new SqliteJournal(path, { ...founding, bank: "drawn anew" });
      rows = [...journal.read()].map(textOf);
    } catch (error) {
      this.#refused(path, error, what);
      return undefined;
    } finally {
      journal?.close();
      for (const end of ["", "-wal", "-journal", "-shm"]) remove(`${path}${end}`);
    }
    this.restored += 1;
    if (rows.length > 0) assertEquals(journal.founding, founding, what);
    assertEquals(rows, all.slice(0, rows.length), `${what}: records as they were committed`);
    const count = whole.get(rows.length);
    assert(count !== undefined, `${what}: ${rows.length} records are no whole commits`);
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
  for (const offset of new Set([...heads, ...strides(main.length, 61)])) {
    copies.commitsOf({ main: flipped(main, offset) }, `bit ${offset % 8} of byte ${offset}`);
  }
  assert(copies.refusals.size > 0 && copies.restored > 0);
});

permitted("SqliteJournal accepts nothing wrong of a log in which a bit changed", files, () => {
  using folder = new TemporaryFolder();
  const copies = new Copies(folder);
  const { main, log = new Uint8Array() } = images(folder).open.at(-1) ?? { main: new Uint8Array() };
  const offsets = new Set([...strides(logHeadBytes + 60, 1), ...strides(log.length, 1_999)]);
  for (const offset of offsets) {
    const image = { main, log: flipped(log, offset) };
    copies.commitsOf(image, `bit ${offset % 8} of byte ${offset} of the log`);
  }
  assert(copies.restored > 0);
});
