import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { makeTemporaryFolder, openFolder } from "../../lib/adapter/bank_folder.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;

permitted("openFolder() founds a bank in a folder, and finds it again", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("deep/data");
  const founded = openFolder(path);
  assertEquals([founded.path, founded.isTemporary], [path, false]);
  assertMatch(founded.bank, /^[0-9a-f]{32}$/);
  assertEquals(openFolder(path).bank, founded.bank);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["bank.json"]);
  assertEquals(JSON.parse(Deno.readTextFileSync(`${path}/bank.json`)), { bank: founded.bank });
  assertNotEquals(openFolder(folder.at("other")).bank, founded.bank);
});

permitted("openFolder() never removes what is in the folder", files, () => {
  using folder = new TemporaryFolder();
  openFolder(folder.path);
  folder.write("branch-1.journal", "much money");
  const opened = openFolder(folder.path);
  opened.remove();
  assertEquals(folder.names(), ["bank.json", "branch-1.journal"]);
  assertEquals(folder.read("branch-1.journal"), "much money");
});

permitted("openFolder() draws no new name for journals that have one", files, () => {
  using folder = new TemporaryFolder();
  folder.write("branch-1.journal", "much money");
  const { message } = assertThrows(() => openFolder(folder.path), Error);
  assertEquals(
    message,
    `the folder ${folder.path} cannot be used: there are journals, and no bank.json that names their bank`,
  );
  assertEquals(folder.names(), ["branch-1.journal"]);
});

permitted("openFolder() refuses a folder of which it cannot tell the bank", files, () => {
  using folder = new TemporaryFolder();
  const wrong = [
    "",
    "{",
    "{}",
    '{"bank": 7}',
    '{"bank": "gold"}',
    '{"bank": "ABCDEF"}',
    "[]",
    "null",
  ];
  for (const text of wrong) {
    folder.write("bank.json", text);
    const { message } = assertThrows(() => openFolder(folder.path), Error);
    assert(message.startsWith(`the folder ${folder.path} cannot be used: `), message);
    assert(!message.includes("\n"), message);
    assertEquals(folder.names(), ["bank.json"]);
    assertEquals(folder.read("bank.json"), text);
  }
});

permitted("openFolder() says that a file is no folder", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.write("letter", "dear");
  for (const place of [path, `${path}/below`]) {
    const { message } = assertThrows(() => openFolder(place), Error);
    assert(message.startsWith(`the folder ${place} cannot be used: `), message);
  }
  assertEquals(folder.read("letter"), "dear");
});

permitted(
  "makeTemporaryFolder() makes a folder of its own for each bank, and removes it",
  files,
  () => {
    const [left, right] = [makeTemporaryFolder(), makeTemporaryFolder()];
    try {
      for (const { path, bank, isTemporary } of [left, right]) {
        assertMatch(path, /\/bank-[^/]+$/);
        assertMatch(bank, /^[0-9a-f]{32}$/);
        assertEquals(isTemporary, true);
      }
      assertNotEquals(left.path, right.path);
      assertNotEquals(left.bank, right.bank);
      Deno.writeTextFileSync(`${left.path}/branch-1.journal`, "much money");
      left.remove();
      assertThrows(() => Deno.statSync(left.path), Deno.errors.NotFound);
      assertEquals([...Deno.readDirSync(right.path)], []);
      // A branch may have been first.
      left.remove();
    } finally {
      right.remove();
    }
  },
);
