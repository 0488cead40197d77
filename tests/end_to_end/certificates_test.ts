import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { assertFailed, branchRecord, customerRecord, ended, programs, run, start } from "./bank.ts";
import { needs } from "./by_hand.ts";
import { SecuredBank } from "./secured_bank.ts";

const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";

/** Makes certificates as people do. */
function certify(folder: TemporaryFolder, line: string) {
  return ended(start("certs", line.split(" "), { folder }));
}

function writeBank(folder: TemporaryFolder, bank = "first-bank"): void {
  const records = [1, 2].map((id) => (
    { ...branchRecord(id, 400), bank, address: `10.0.0.${id}:5001` }
  ));
  folder.write("bank.json", JSON.stringify(records));
}

/** Gives all texts below a folder. */
function textsIn(folder: TemporaryFolder, name: string): readonly string[] {
  return [...Deno.readDirSync(folder.at(name))].flatMap((entry) => {
    const path = `${name}/${entry.name}`;
    return entry.isDirectory
      ? textsIn(folder, path)
      : [`${path}\n${Deno.readTextFileSync(folder.at(path))}`];
  }).toSorted();
}

permitted("deno task certs makes certificates once, and says until when", programs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder);
  const names = ["authority", "branch-1", "branch-2", "customer-7"];
  const told = (verb: string) =>
    new RegExp(`^${names.map((name) => `${verb} certs/${name}, valid until ${time}\n`).join("")}$`);
  const line = "certs --bank bank.json --customer 7";
  const made = await certify(folder, line);
  assertEquals([made.code, made.stderr], [0, ""]);
  assertMatch(made.stdout, told("made"));
  const before = textsIn(folder, "certs");
  const kept = await certify(folder, line);
  assertEquals([kept.code, kept.stderr], [0, ""]);
  assertMatch(kept.stdout, told("kept"));
  assertEquals(textsIn(folder, "certs"), before);
});

permitted(
  "deno task certs finds all that is wrong before it makes anything",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    writeBank(folder);
    assertFailed(
      await certify(folder, "--days 0 --customer x --renew --new-authority"),
      2,
      "branch: DIR is missing, where the certificates are kept\n" +
        "branch: --bank is missing\n" +
        "branch: --renew and --new-authority are steps of their own: " +
        "all must have read one before the next is taken\n" +
        "branch: --days is 0; it must be a whole number from 1 to 3650\n" +
        'branch: --customer is "x"; it must be the id of a customer\n',
    );
    assertFailed(
      await certify(folder, "certs --bank absent.json"),
      2,
      "branch: absent.json cannot be read: no such file or directory\n",
    );
    assertFailed(
      await certify(folder, "certs --bank bank.json --days 90 --authority-days 30"),
      2,
      "branch: --days 90 goes beyond the end of the authority in certs/authority; " +
        "make it 30 or fewer, or give it more with --authority-days\n",
    );
    folder.write("bank.json", '[{"id": 1}]');
    assertFailed(await certify(folder, "certs --bank bank.json"), 2, /^bank\.json:1:1: /);
    writeBank(folder, "First_Bank");
    assertFailed(
      await certify(folder, "certs --bank bank.json"),
      2,
      /^branch: the bank of bank\.json is named First_Bank; to have certificates its name must be /,
    );
    assertEquals(folder.names(), ["bank.json"]);
  },
);

permitted("deno task certs fails where it cannot write, and says where", programs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder);
  const end = await certify(folder, "bank.json --bank bank.json");
  assertFailed(end, 1, /^branch: bank\.json\/.* cannot be used: .*\n$/);
});

permitted("deno task certs --help tells how, and --version of what", programs, async () => {
  using folder = new TemporaryFolder();
  const { code, stdout } = await certify(folder, "--help");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "  deno task certs DIR --bank bank.json");
  assertMatch((await certify(folder, "--version")).stdout, /^branch \d.*Deno/);
});

permitted(
  "a bank goes over to another authority, and nobody is refused meanwhile",
  needs,
  async () => {
    await using bank = await SecuredBank.found();
    const { folder } = bank;
    Deno.removeSync(folder.at("certs"), { recursive: true });
    const certs = async (step = ""): Promise<void> => {
      const customers = "--customer 1 --customer 2 --customer 3";
      const line = `certs --bank bank.json ${customers} ${step}`.trim();
      const { code, stderr } = await certify(folder, line);
      assertEquals([code, stderr], [0, ""]);
    };
    await certs();
    await bank.startAll();
    let balance = 400;
    const play = async (): Promise<void> => {
      const customers = [1, 2, 3].map((id) => customerRecord(id, "deposit 10", "query"));
      folder.write("scenario.json", JSON.stringify([...bank.records(), ...customers]));
      const { code, stderr } = await run(["scenario.json", "--tls", "certs"], folder);
      balance += 30;
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, `all 3 branches agree on ${balance}\n`);
    };
    await play();
    for (const step of ["--new-authority", "--renew", "--drop-old-authority"]) {
      await certs(step);
      // Customers and one branch have read the step, two branches the one before.
      assertMatch(await bank.branch(1).renew(), / certificates are renewed/);
      await play();
      for (const id of [2, 3]) {
        assertMatch(await bank.branch(id).renew(), / certificates are renewed/);
      }
    }
    await play();
  },
);
