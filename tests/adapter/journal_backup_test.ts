import { assertEquals, assertMatch } from "@std/assert";
import { JournalBackup } from "../../lib/adapter/journal_backup.ts";
import type { LogRecord } from "../../lib/format/log_record.ts";
import { branch } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;

/** A backup of a journal that is copied as a test says, and what it tells. */
function open(
  folder: TemporaryFolder,
  copy: (path: string, pause: () => Promise<void>) => Promise<void>,
  isSure = true,
) {
  const told: LogRecord[] = [];
  const tried: boolean[] = [];
  const backup = new JournalBackup({
    branch: branch(2),
    path: folder.at("copy.db"),
    journal: { copy },
    isSure: () => isSure,
    log: (record) => void told.push(record),
    tried: (isMade) => void tried.push(isMade),
  });
  return { backup, told, tried };
}

permitted("JournalBackup gives a copy its name only once it is whole", files, async () => {
  using folder = new TemporaryFolder();
  folder.write("copy.db", "old");
  const seen: unknown[] = [];
  const { backup, told, tried } = open(folder, async (path, pause) => {
    Deno.writeTextFileSync(path, "ne");
    await pause();
    seen.push(folder.read("copy.db"));
    Deno.writeTextFileSync(path, "w", { append: true });
  });
  await backup.make();
  assertEquals([...seen, folder.read("copy.db"), folder.names()], ["old", "new", ["copy.db"]]);
  const [{ level, event, message, fields }] = told as [LogRecord];
  assertEquals([told.length, level, event, fields?.bytes], [1, "info", "backup_made", 3]);
  assertMatch(message, /^branch 2 copied its journal to .*copy\.db: 3 bytes in \d+ ms$/);
  assertEquals(tried, [true]);
});

permitted("JournalBackup keeps the copy before where another cannot be made", files, async () => {
  using folder = new TemporaryFolder();
  folder.write("copy.db", "old");
  const { backup, told, tried } = open(folder, (path) => {
    for (const end of ["", "-wal"]) Deno.writeTextFileSync(path + end, "half");
    return Promise.reject(new Error("the disk is full"));
  });
  await backup.make();
  assertEquals([folder.read("copy.db"), folder.names()], ["old", ["copy.db"]]);
  const said = told.map(({ level, event, message }) => [level, event, message]);
  const sentence = "the journal of branch 2 is not copied: the disk is full";
  assertEquals(said, [["error", "backup_failed", sentence]]);
  assertEquals(tried, [false]);
});

permitted(
  "JournalBackup makes no copy while its branch is not sure of its log",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const copy = (path: string) => Promise.resolve(Deno.writeTextFileSync(path, "new"));
    const { backup, told } = open(folder, copy, false);
    await backup.make();
    assertEquals([folder.names(), told.map(({ event }) => event)], [[], ["backup_failed"]]);
  },
);

permitted("JournalBackup makes one copy at a time, and begins it anew", files, async () => {
  using folder = new TemporaryFolder();
  folder.write("copy.db.new", "left by one that was killed");
  let copies = 0;
  const { backup } = open(folder, async (path, pause) => {
    copies += 1;
    Deno.writeTextFileSync(path, `${copies}`, { createNew: true });
    await pause();
  });
  await Promise.all([backup.make(), backup.make()]);
  assertEquals([copies, folder.read("copy.db")], [1, "1"]);
  await backup.make();
  assertEquals([copies, folder.read("copy.db")], [2, "2"]);
});
